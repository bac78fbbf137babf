//! The three kinds of surveys and how their scores are written: owns [`Survey`] and [`Score`].

use crate::cli::client::report::page::{
    number::{count, decimal, in_percent, interval, known, of, signed},
    said::Said,
};

/// A kind of survey.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survey {
    /// The name in the service's answers.
    pub(super) style: &'static str,
    /// The name for people.
    pub(super) title: &'static str,
    /// What its number says.
    pub(super) says: &'static str,
    /// The least and the most that it can be.
    pub(super) bounds: (f64, f64),
}

/// All of them, in the order in which they are told.
pub(super) const SURVEYS: [Survey; 3] = [
    Survey {
        style: "nps",
        title: "NPS",
        says: "percent of promoters (9 and 10) less percent of detractors (0 to 6)",
        bounds: (-100.0, 100.0),
    },
    Survey {
        style: "csat",
        title: "CSAT",
        says: "percent who are satisfied (4 and 5 of 5)",
        bounds: (0.0, 100.0),
    },
    Survey {
        style: "ces",
        title: "CES",
        says: "mean of how easy it was made, 1 to 7; 7 is easy",
        bounds: (1.0, 7.0),
    },
];

impl Survey {
    /// The one with this name.
    pub(super) fn named(style: &str) -> Option<Self> {
        SURVEYS.into_iter().find(|one| one.style == style)
    }

    /// A score of it, for people.
    pub(super) fn written(&self, value: f64) -> String {
        match self.style {
            "nps" => signed(value, 1),
            "csat" => in_percent(value),
            _ => decimal(value, 2),
        }
    }

    /// The score of it among the scores of something.
    pub(super) fn score<'a>(&self, of: Said<'a>) -> Option<Score<'a>> {
        let said = of.named("scores", "style", self.style)?;
        Some(Score {
            survey: *self,
            value: said.number("value")?,
            said,
        })
    }
}

/// A score that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score<'a> {
    /// Of which survey.
    pub(super) survey: Survey,
    /// The number.
    pub(super) value: f64,
    /// All that is said of it.
    pub(super) said: Said<'a>,
}

impl Score<'_> {
    /// How many answered.
    pub(super) fn n(&self) -> u64 {
        self.said.count("n")
    }

    /// Whether these are enough to go by.
    pub(super) fn is_enough(&self) -> bool {
        self.said.is("enough")
    }

    /// The interval around it.
    pub(super) fn around(&self) -> Option<(f64, f64)> {
        self.said.number("low").zip(self.said.number("high"))
    }

    /// The interval, for people.
    pub(super) fn interval(&self) -> String {
        let (low, high) = self.around().unzip();
        interval(low, high, |end| self.survey.written(end))
    }

    /// The number, its interval and of how many, on one line.
    pub(super) fn line(&self) -> String {
        let few = if self.is_enough() {
            ""
        } else {
            ", too few to go by"
        };
        let value = self.survey.written(self.value);
        format!("{value} ({}), {}{few}", self.interval(), of(self.n()))
    }

    /// Of how many it is made up, for people.
    pub(super) fn parts(&self) -> String {
        let said = self.said;
        let counted = |name: &str| count(said.count(name));
        match self.survey.style {
            "nps" => {
                let parts =
                    ["promoters", "passives", "detractors"].map(|part| format!("{part} {}", counted(part)));
                parts.join(", ")
            }
            "csat" => {
                let mean = known(said.number("mean"), |mean| decimal(mean, 2));
                format!("satisfied {}, mean {mean} of 5", counted("satisfied"))
            }
            _ => {
                let easy = known(said.number("easy_percent"), in_percent);
                let net = known(said.number("net_percent"), |net| signed(net, 1));
                format!("easy (5 to 7) {}, {easy}; net {net} %", counted("easy"))
            }
        }
    }
}
