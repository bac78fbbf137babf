//! What is said of a table in its file: how it came about and where each weight comes from. Numbers alone.

use crate::{
    config::weights::Remarks,
    quality::train::{
        Training,
        frequencies::PEOPLE_MIN,
        learn::{Source, Taught},
        sample::Sample,
    },
};

/// The comments of the file.
pub(super) fn remarks(how: Training, sample: &Sample, taught: &Taught) -> Remarks {
    let (records, refused, people) = (sample.records, sample.refused, sample.faces.len());
    let sessions = taught
        .sessions
        .iter()
        .map(|(aspect, pairs)| format!("{pairs:.0} by {}", aspect.as_str()));
    let sessions: Vec<String> = sessions.collect();
    Remarks {
        head: vec![
            "What agreement and difference weigh between two records, for [identity] weights: learned by".to_owned(),
            format!("\"yekta identity train\" (seed {}), not knowing who is who.", how.seed),
            format!("From {records} records: {people} that differ in what they say of people, {refused} refused."),
            format!("Pairs that are one person: {}.", sessions.join(", ")),
            "\"kept\" is the built-in weight, where too few pairs show a level; it is moved where it would be out of".to_owned(),
            "order. Of names and towns those are listed that at least".to_owned() + &format!(" {PEOPLE_MIN} people have, by hash alone."),
        ],
        levels: taught.levels.iter().map(|(level, source)| (*level, remark(source))).collect(),
    }
}

fn remark(source: &Source) -> String {
    let ((same, of_same), (others, of_others)) = (source.same, source.others);
    if source.is_learned {
        format!("{same:.4} of pairs of one person, {others:.6} of others")
    } else {
        format!("kept: {of_same:.0} pairs of one person, {of_others:.0} of others")
    }
}
