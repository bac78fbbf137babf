//! What the customer agreed to, and what they want to hear nothing of.
//!
//! What they said about one way of contact and one purpose is said there. `*` stands for every way, or every purpose: a
//! refusal of that is the entry of a suppression list, and holds until the same is granted again, whatever is granted in
//! particular. A grant of every way for a purpose is a grant for each that nothing was said about.

use crate::{
    decide::contact::{
        Case,
        policy::Need,
        verdict::{Evidence, Reason, Verdict},
    },
    domain::profile::consent::{Decision, Standing, Subject},
};

/// Every way of contact, or every purpose.
const ALL: &str = "*";

/// Law and consent.
pub(super) fn consent(case: &Case<'_>) -> Option<Verdict> {
    let need = case.purpose.consent;
    if need == Need::Nothing {
        return None;
    }
    let (way, purpose) = (case.ask.way.as_str(), case.ask.purpose.as_str());
    let said = said(case, way, purpose);
    // Who refused every way gets none; that is the next rule's.
    let said = said.or_else(|| said_of_all(case, purpose));
    match said {
        Some((_, Decision::Granted)) => None,
        Some((evidence, Decision::Denied)) => Some(Verdict::suppress(Reason::Denied, vec![evidence])),
        None if need == Need::Granted => Some(Verdict::suppress(Reason::NotAgreed, Vec::new())),
        None => None,
    }
}

fn said_of_all(case: &Case<'_>, purpose: &str) -> Option<(Evidence, Decision)> {
    said(case, ALL, purpose).filter(|(_, decision)| *decision == Decision::Granted)
}

/// The suppression list.
pub(super) fn suppression(case: &Case<'_>) -> Option<Verdict> {
    if case.purpose.consent == Need::Nothing {
        return None;
    }
    let (way, purpose) = (case.ask.way.as_str(), case.ask.purpose.as_str());
    let denied = [(ALL, ALL), (way, ALL), (ALL, purpose)]
        .into_iter()
        .filter_map(|(way, purpose)| said(case, way, purpose))
        .find(|(_, decision)| *decision == Decision::Denied);
    denied.map(|(evidence, _)| Verdict::suppress(Reason::AllDenied, vec![evidence]))
}

/// What the customer said about a subject, and when.
fn said(case: &Case<'_>, way: &str, purpose: &str) -> Option<(Evidence, Decision)> {
    let subject: Subject = (way.to_owned(), purpose.to_owned());
    let standing: &Standing = case.profile.consent.get(&subject)?;
    let at = standing.since().map(|stamp| stamp.time);
    let evidence = Evidence::of("consent", format!("{way}:{purpose}"), at);
    Some((evidence, standing.decision()))
}
