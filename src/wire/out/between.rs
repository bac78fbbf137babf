//! The answers about two: why they are one person or not, and who may be.

use serde::Serialize;

use crate::{
    domain::similarity::{Bits, Conflict, Score, Term},
    wire::out::identity::{Evidence, Likeness, Member, Shared},
};

/// What stands between two.
#[derive(Debug, Serialize)]
pub struct Between<'a> {
    /// Whether they are one person.
    pub one: bool,
    /// Their profiles: one id where they are one person.
    pub profiles: Vec<String>,
    /// The claims that the evidence is about.
    pub members: Vec<Member<'a>>,
    /// Of one person the links from one to the other, in order; of two what was refused.
    pub evidence: Vec<Evidence<'a>>,
    /// What both hold and two customers share.
    pub shared: Vec<Shared<'a>>,
    /// What both hold and too many hold.
    pub generic: Vec<Shared<'a>>,
    /// What one holds and the other only mentions.
    pub mentioned: Vec<Shared<'a>>,
    /// How alike they are.
    pub likeness: Option<Comparison>,
}

/// How alike two are by their facts.
#[derive(Debug, Serialize)]
pub struct Comparison {
    bits: Likeness,
    needed: Likeness,
    missing: Likeness,
    conflict: Option<&'static str>,
    fields: Vec<Field>,
}

/// What one fact says.
#[derive(Debug, Serialize)]
struct Field {
    field: &'static str,
    level: &'static str,
    bits: Likeness,
}

/// Two who may be one person.
#[derive(Debug, Serialize)]
pub struct Match<'a> {
    /// The two.
    pub profiles: [String; 2],
    /// How alike they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Comparison>,
    /// What one holds and the other only mentions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Shared<'a>>,
}

/// Whom a profile absorbed.
#[derive(Debug, Serialize)]
pub struct Merges<'a> {
    /// The profile.
    pub profile: String,
    /// Each id that it absorbed.
    pub merges: Vec<Merge<'a>>,
}

/// An id that was absorbed.
#[derive(Debug, Serialize)]
pub struct Merge<'a> {
    /// The id.
    pub absorbed: String,
    /// The claims that the evidence is about.
    pub members: Vec<Member<'a>>,
    /// The links that lead from what was its own to the rest, in order.
    pub evidence: Vec<Evidence<'a>>,
}

/// A page of matches.
#[derive(Debug, Serialize)]
pub struct Matches<'a> {
    /// The matches.
    pub matches: Vec<Match<'a>>,
    /// Where the next page begins, if there is one.
    pub next: Option<&'a str>,
}

impl Comparison {
    /// Of what `score` says where `needed` makes one person of two.
    pub fn of(score: &Score, needed: Bits) -> Self {
        let field = |Term { field, level, weight }: &Term| Field {
            field: field.as_str(),
            level: level.as_str(),
            bits: Likeness(*weight),
        };
        Self {
            bits: Likeness(score.total),
            needed: Likeness(needed),
            missing: Likeness((needed - score.total).max(Bits::ZERO)),
            conflict: score.conflict.map(Conflict::as_str),
            fields: score.terms.iter().map(field).collect(),
        }
    }
}
