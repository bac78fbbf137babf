//! The answer to "why is this one person?": the members of a profile and what united them or kept them apart.

use serde::{Serialize, Serializer};

use crate::domain::{
    context::mask::is_listed,
    identity::{
        Bond, Claim, Key, Owner, Reason, Verdict,
        cluster::{self, Link},
    },
    similarity::{Bits, Conflict},
    time::Timestamp,
};
use crate::wire::out::scalar::{Identifier, Time};

/// Who belongs to a profile, and why.
#[derive(Debug, Serialize)]
pub struct Identity<'a> {
    /// The profile's id.
    pub profile: &'a str,
    /// Its atoms: those that joined.
    pub members: Vec<Member<'a>>,
    /// Atoms that join nobody and are shown here, since it alone holds what they mention.
    pub attributed: Vec<Member<'a>>,
    /// Each decision between two of the component's claims.
    pub evidence: Vec<Evidence<'a>>,
    /// What two customers share and what therefore joins nobody.
    pub shared: Vec<Shared<'a>>,
    /// What too many hold and what therefore joins nobody.
    pub generic: Vec<Shared<'a>>,
}

/// One atom: a distinct claim, and how many events made it.
#[derive(Debug, Serialize)]
pub struct Member<'a> {
    identifiers: Vec<Held<'a>>,
    owner: Option<Shared<'a>>,
    events: u64,
    since: Option<Time>,
}

#[derive(Debug, Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    identifier: Identifier<'a>,
    joins: bool,
}

/// A key that claims share; a QR token's value is left out.
#[derive(Clone, Copy, Serialize)]
pub struct Shared<'a> {
    kind: &'a str,
    value: Option<&'a str>,
}

/// How much speaks for two being one, in bits: exact and therefore a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Likeness(pub(crate) Bits);

impl Serialize for Likeness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let thousandths = self.0.0 / 1_000;
        let sign = if thousandths < 0 { "-" } else { "" };
        let (whole, part) = (thousandths.abs() / 1_000, thousandths.abs() % 1_000);
        serializer.collect_str(&format_args!("{sign}{whole}.{part:03}"))
    }
}

/// One decision.
#[derive(Debug, Serialize)]
pub struct Evidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Shared<'a>>,
    /// In bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    likeness: Option<Likeness>,
    /// The steward's word that links or parts the two, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'a str>,
    united: bool,
    reason: String,
    between: [Option<usize>; 2],
}

impl<'a> Member<'a> {
    /// The atom of `claim`, with its number of events and the time of the first.
    pub fn of(claim: &'a Claim, events: u64, since: Option<Timestamp>) -> Self {
        let held = claim.asserted.iter().filter_map(|one| {
            let identifier = Identifier::listed(&one.key.kind, &one.key.value, one.trust)?;
            let joins = matches!(one.bond, Bond::Joins | Bond::Device { open: true });
            Some(Held { identifier, joins })
        });
        let owner = match &claim.owner {
            Owner::User(user) => Some(Shared::of(user)),
            Owner::Nobody | Owner::Contested => None,
        };
        Self {
            identifiers: held.collect(),
            owner,
            events,
            since: since.map(Time),
        }
    }
}

impl<'a> Shared<'a> {
    /// What `key` is told as.
    pub fn of(key: &'a Key) -> Self {
        Self {
            kind: key.kind.as_str(),
            value: is_listed(&key.kind).then_some(&key.value),
        }
    }
}

impl<'a> Evidence<'a> {
    /// The decision about two members, by their places, that `link` connects; `None` is a claim of another person.
    pub fn of(link: &'a Link, between: [Option<usize>; 2], verdict: &'a Verdict) -> Self {
        let (shares, likeness) = match link {
            Link::Shared(key) => (Some(Shared::of(key)), None),
            Link::Alike(bits) => (None, Some(Likeness(*bits))),
            Link::Said(_) => (None, None),
        };
        let reason = match (verdict, link) {
            (Verdict::United, Link::Shared(_)) => "shared".to_owned(),
            (Verdict::United, Link::Alike(_)) => "alike".to_owned(),
            (Verdict::United, Link::Said(_)) => "said".to_owned(),
            (Verdict::Refused(reason), _) => refusal(reason),
        };
        let word = match (verdict, link) {
            (Verdict::Refused(Reason::Said(word)), _) | (_, Link::Said(word)) => Some(word.as_str()),
            _ => None,
        };
        Self {
            shares,
            likeness,
            word,
            united: *verdict == Verdict::United,
            reason,
            between,
        }
    }
}

impl<'a> From<&'a cluster::Evidence> for Evidence<'a> {
    fn from(evidence: &'a cluster::Evidence) -> Self {
        let between = [Some(evidence.center), Some(evidence.other)];
        Self::of(&evidence.link, between, &evidence.verdict)
    }
}

/// Why two were not united, as a label.
fn refusal(reason: &Reason) -> String {
    match reason {
        Reason::TwoCustomers => "two_customers".to_owned(),
        Reason::TooMany(kind) => format!("too_many_{kind}"),
        Reason::Conflict(Conflict::GivenNames) => "household".to_owned(),
        Reason::Conflict(Conflict::BirthDates) => "birth_dates_differ".to_owned(),
        Reason::Conflict(Conflict::Suffix) => "suffixes_differ".to_owned(),
        Reason::Conflict(Conflict::NationalIds) => "national_ids_differ".to_owned(),
        Reason::Unlike => "unlike".to_owned(),
        Reason::Ambiguous => "ambiguous".to_owned(),
        Reason::Said(_) => "said".to_owned(),
    }
}

/// The kind, never the value.
impl std::fmt::Debug for Shared<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Shared({})", self.kind)
    }
}

#[cfg(test)]
mod tests;
