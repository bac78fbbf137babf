//! The reports that are asked for one by one: owns [`What`], the path and the query of each, and the tables it is shown as.

use clap::{Subcommand, builder::PossibleValuesParser};

use crate::{
    cli::client::report::tables::{self, Shape},
    decide::{contact, experience::table::By},
};

/// One report.
#[derive(Clone, Debug, Subcommand)]
pub enum What {
    /// What was decided about messages, and what became of them
    Contacts {
        /// Of which days
        #[command(flatten)]
        period: Period,
        /// By what groups are made; by channel where it is not said
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(contact::By::ALL.map(contact::By::as_str)))]
        by: Option<String>,
    },
    /// What customers answered and felt, how they were served, and what became of it
    Cx {
        /// Of which days
        #[command(flatten)]
        period: Period,
        /// By what scores are grouped; by channel where it is not said
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(By::ALL.map(By::as_str)))]
        by: Option<String>,
    },
    /// How customers fare on their journeys, and where they are lost
    Journey {
        /// Of which days
        #[command(flatten)]
        period: Period,
        /// Which journey; all where it is not said
        #[arg(long, value_name = "NAME")]
        journey: Option<String>,
    },
    /// What is expected of touchpoints, and what is observed
    Gap {
        /// Of which days
        #[command(flatten)]
        period: Period,
        /// Which journey; all where it is not said
        #[arg(long, value_name = "NAME")]
        journey: Option<String>,
        /// The first of other days, beside which these are told
        #[arg(long, value_name = "DAY")]
        beside_from: Option<String>,
        /// The last of them
        #[arg(long, value_name = "DAY")]
        beside_until: Option<String>,
    },
    /// Which kinds of data there are, and what is missing first
    Coverage {
        /// Of which days
        #[command(flatten)]
        period: Period,
    },
    /// How many customers are in each segment, now
    Segments {
        /// How it is printed
        #[command(flatten)]
        rows: Rows,
    },
    /// What many customers show, now
    Insights {
        /// How it is printed
        #[command(flatten)]
        rows: Rows,
    },
}

/// How a report is printed, beside what every command knows.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Rows {
    /// Print rows for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Days in UTC.
#[derive(Clone, Debug, clap::Args)]
pub struct Period {
    /// The first day, in UTC; 29 days before the last where it is not said
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; today where it is not said
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    #[command(flatten)]
    rows: Rows,
}

/// Parameters of a query, those without a value too.
type Query<'a> = Vec<(&'static str, Option<&'a str>)>;

impl Period {
    /// `day` stands for what is not said.
    fn query<'a>(&'a self, day: Option<&'a str>) -> Query<'a> {
        let said = |end: &'a Option<String>| end.as_deref().or(day);
        vec![("from", said(&self.from)), ("until", said(&self.until))]
    }
}

impl What {
    /// Where it is asked for.
    pub(super) const fn path(&self) -> &'static str {
        match self {
            Self::Contacts { .. } => "/v1/reports/contacts",
            Self::Cx { .. } => "/v1/reports/cx",
            Self::Journey { .. } => "/v1/reports/journey",
            Self::Gap { .. } => "/v1/reports/gap",
            Self::Coverage { .. } => "/v1/reports/coverage",
            Self::Segments { .. } => "/v1/reports/segments",
            Self::Insights { .. } => "/v1/insights",
        }
    }

    /// Whether it is printed as rows.
    pub(super) const fn is_csv(&self) -> bool {
        match self {
            Self::Contacts { period, .. }
            | Self::Cx { period, .. }
            | Self::Journey { period, .. }
            | Self::Gap { period, .. }
            | Self::Coverage { period } => period.rows.csv,
            Self::Segments { rows } | Self::Insights { rows } => rows.csv,
        }
    }

    /// What it is asked with; `day` stands for days that are not said.
    pub(super) fn query<'a>(&'a self, day: Option<&'a str>) -> Query<'a> {
        let (period, rest): (_, Query<'a>) = match self {
            Self::Contacts { period, by } | Self::Cx { period, by } => (period, vec![("by", by.as_deref())]),
            Self::Journey { period, journey } => (period, vec![("journey", journey.as_deref())]),
            Self::Gap {
                period,
                journey,
                beside_from,
                beside_until,
            } => {
                let beside = [
                    ("journey", journey.as_deref()),
                    ("beside_from", beside_from.as_deref()),
                    ("beside_until", beside_until.as_deref()),
                ];
                (period, beside.to_vec())
            }
            Self::Coverage { period } => (period, Vec::new()),
            Self::Segments { .. } | Self::Insights { .. } => return Vec::new(),
        };
        period.query(day).into_iter().chain(rest).collect()
    }

    /// What of it is shown as tables.
    pub(super) const fn tables(&self) -> &'static [Shape] {
        match self {
            Self::Contacts { .. } => tables::CONTACTS,
            Self::Cx { .. } => tables::CX,
            Self::Journey { .. } => tables::JOURNEY,
            Self::Gap { .. } => tables::GAP,
            Self::Coverage { .. } => tables::COVERAGE,
            Self::Segments { .. } => tables::SEGMENTS,
            Self::Insights { .. } => tables::INSIGHTS,
        }
    }
}
