//! Tables: owns [`Table`]. The first column names, the others tell.

use crate::cli::client::report::page::{
    chart::bar,
    html::{Html, el, soft},
    number::ratio,
};

/// A table.
pub(super) struct Table {
    caption: String,
    heads: Vec<String>,
    rows: Vec<Html>,
    /// Whether the columns behind the first are words.
    wordy: bool,
}

impl Table {
    /// One without rows.
    pub(super) fn new(caption: impl Into<String>, heads: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            heads: heads.iter().map(|&head| head.to_owned()).collect(),
            rows: Vec::new(),
            wordy: false,
        }
    }

    /// The same of words, not of numbers.
    pub(super) fn of_words(mut self) -> Self {
        self.wordy = true;
        self
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Html>) {
        let cells = cells.into_iter().enumerate().map(|(column, cell)| match column {
            0 => el("th", &[("scope", "row")], cell),
            _ => el("td", &[], cell),
        });
        self.rows.push(el("tr", &[], cells.collect::<Html>()));
    }

    /// Whether it has no row.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table, in a box in which a wide one is scrolled, by keys too.
    pub(super) fn drawn(self) -> Html {
        let heads = self
            .heads
            .iter()
            .map(|head| el("th", &[("scope", "col")], head.as_str()));
        let table = [
            el("caption", &[], self.caption.as_str()),
            el("thead", &[], el("tr", &[], heads.collect::<Html>())),
            el("tbody", &[], self.rows),
        ];
        let class = if self.wordy { "words" } else { "numbers" };
        let attributes = [
            ("class", "scroll"),
            ("role", "group"),
            ("aria-label", self.caption.as_str()),
            ("tabindex", "0"),
        ];
        el("div", &attributes, el("table", &[("class", class)], table))
    }

    /// The same, folded away under its caption: a chart above shows it.
    pub(super) fn folded(self) -> Html {
        let caption = self.caption.clone();
        el("details", &[], [el("summary", &[], caption), self.drawn()])
    }

    /// The table, or this sentence where it has no row.
    pub(super) fn or(self, sentence: &str) -> Html {
        match self.is_empty() {
            true => soft(sentence),
            false => self.drawn(),
        }
    }
}

/// A number with a bar below it that is as long as this part of the whole.
pub(super) fn with_bar(number: &str, part: u64, whole: u64) -> Html {
    Html::from([number.into(), bar("fill", ratio(part, whole))])
}
