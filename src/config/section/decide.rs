//! `[decide]`: where the rules of the tenant are, and how they are carried out.

use std::path::PathBuf;

use crate::{
    config::{RuleFiles, reader::Reader, section},
    decide::{
        rule::{Book, flow},
        value,
    },
};

const SECOND_MICROS: u64 = 1_000_000;
const MINUTE_MICROS: u64 = 60 * SECOND_MICROS;
const HOUR_MICROS: u64 = 60 * MINUTE_MICROS;

/// The rules of the tenant.
#[derive(Clone, Debug, Default)]
pub struct Decide {
    /// The files they were read from; `None` where no folder is named.
    pub files: Option<RuleFiles>,
    /// The rules. All clones have the same, so that whoever follows the files replaces them for the engine too.
    pub book: Book,
    /// How they are carried out.
    pub flow: flow::Policy,
    /// How customers are ranked by what they are worth.
    pub value: value::Policy,
    /// Cells in which the experience of one day is counted, at most.
    pub cells_max: u32,
    /// Microseconds from one look at what many customers show to the next; 0: nobody looks.
    pub insight_every_us: u64,
}

impl PartialEq for Decide {
    fn eq(&self, other: &Self) -> bool {
        let of = |one: &Self| (one.flow, one.value.clone(), one.cells_max, one.insight_every_us);
        self.files == other.files && of(self) == of(other)
    }
}

impl Eq for Decide {}

pub(crate) fn read(table: &mut Reader<'_>) -> Decide {
    let expected = "expected a folder with rules, or nothing";
    let folder = table.optional("rules", expected, |text| Some(PathBuf::from(text)));
    let book = Book::default();
    let files = folder.and_then(|folder| {
        let read = RuleFiles::read(&folder).and_then(|files| Ok((files.book()?, files)));
        match read {
            Ok((rules, files)) => {
                book.replace(rules);
                Some(files)
            }
            Err(error) => {
                table.refuse_file(error);
                None
            }
        }
    });
    Decide {
        files,
        book,
        flow: flow::Policy {
            event_age_max_us: table
                .number::<u64>("event_age_max_hours", 1..=8_784)
                .saturating_mul(HOUR_MICROS),
            answer_within_us: table
                .number::<u64>("answer_within_minutes", 0..=43_200)
                .saturating_mul(MINUTE_MICROS),
            history_max: table.number("history_max", 1..=100_000),
        },
        cells_max: table.number("cells_max", 10..=1_000_000),
        insight_every_us: table
            .number::<u64>("insight_every_s", 0..=86_400)
            .saturating_mul(SECOND_MICROS),
        value: table.section("value", section::value::read),
    }
}
