//! The requests and answers of the public contract, whatever edge carries them.
//!
//! Owns [`Api`]: one method per question and command, from a request that can be read from one JSON body to an answer
//! that can be written as one, or a [`Failure`]. Never knows how either travels: no header, no status line, no subject;
//! and decides nothing about a customer. An edge reads its request ([`read`], or from parts of an address), bounds how
//! long a call may take, and writes what comes back. `http` and `nats` call it, `app` builds it.
//!
//! | what | where |
//! |---|---|
//! | profiles, their timelines and why they are one person | `profile`, `timeline`, `identity` |
//! | all that is kept about a person, and where it came from | `export` |
//! | who was told of a customer | `readers` |
//! | who holds an identifier, and what a consumer is told | `lookup`, `context` |
//! | codes that carry a session to another channel, whatever a till scans | `qr`, `scan` |
//! | the card that an agent sees, and links to it | `card` |
//! | having values brought together where a tenant has partitions | `connect` |
//! | a tenant with partitions, asked as one | `whole` |
//! | what a customer decided | `consent` |
//! | whether a message is sent | `contact` |
//! | having customers ranked by what they are worth | `value` |
//! | who serves a customer who calls | `routing` |
//! | who is erased, and what became of it | `erase` |
//! | why two are one person or not, who may be, whom a profile absorbed | `between` |
//! | what stewards say about who is who | `steward` |
//! | what was refused | `rejections` |
//! | the tenant's rules, a flow that is started by hand, who is in a segment | `flow`, `segment` |
//! | what was decided about messages and what became of them, counted | `report` |
//! | who may ask for what, and see how much of it | [`guard`] |
//! | whom a caller is told of, counted and noted | `telling` |
//! | who is meant | `address` |
//! | asking the engine, at a position, within a time | `ask`, `budget` |
//! | whether the service is ready | `readiness` |
//! | why there is no answer | `failure` |
//!
//! Members have the same names everywhere: `who` is a profile's id or `kind:value`; `min_position` is the position
//! that a question waits for; `request_id` is that under which a repeat of a command gets the first answer. Members that
//! nobody knows are left aside.

use std::{collections::BTreeMap, sync::Arc};

use serde::de::DeserializeOwned;

use crate::{
    api::guard::Caller,
    audit::AuditLog,
    domain::{context::View, time::Timestamp},
    engine::writer::handle::Handle,
    telemetry::QueryMetrics,
    wire::{self, DecodeRules},
};

mod address;
mod ask;
mod between;
mod budget;
mod card;
mod connect;
mod consent;
mod contact;
mod context;
mod days;
mod erase;
mod erase_refused;
mod evidence;
mod experience;
mod export;
mod failure;
mod flow;
pub mod guard;
mod identity;
mod insight;
mod limits;
mod lookup;
mod profile;
mod qr;
mod readers;
mod readiness;
mod rejections;
mod report;
mod routing;
mod rules;
mod scan;
mod segment;
mod steward;
mod telling;
mod text;
mod timeline;
mod value;
mod whole;

pub(crate) use crate::api::erase_refused::Traced;
pub use crate::api::{
    address::{AskedIdentifier, Who},
    between::{ExplainAnswer, ExplainRequest, MatchesAnswer, MatchesRequest, MergesAnswer, MergesRequest},
    card::{Card, CardCall, CardLinkAnswer, CardLinkRequest, CardRequest},
    connect::{ConnectAnswer, ConnectRequest, Errand, ToResolver},
    consent::{ConsentAnswer, ConsentRequest, Decision, Decisions},
    contact::{ContactAnswer, ContactRequest, Priority},
    context::{ContextAnswer, ContextRequest},
    erase::{EraseRequest, ErasureAnswer, ErasureRequest},
    erase_refused::{EraseRefusedAnswer, EraseRefusedRequest},
    experience::{
        CoverageAnswer, CoverageRequest, CxAnswer, CxRequest, GapAnswer, GapRequest, JourneyAnswer,
        JourneyRequest, rows,
    },
    export::{ExportAnswer, ExportRequest},
    failure::{Class, Failure},
    flow::{RulebookAnswer, RulebookRequest, StartAnswer, StartRequest},
    identity::{IdentityAnswer, IdentityRequest},
    insight::{InsightsAnswer, InsightsRequest},
    limits::Limits,
    lookup::{LookupAnswer, LookupRequest},
    profile::{ProfileAnswer, ProfileRequest},
    qr::{
        QrAnswer, QrReadRequest, QrRedeemRequest, QrRevokeRequest, Token,
        line::{Carried, Carrying, Keeping, Line, NotKept, Unanswered},
        mint::{QrMintAnswer, QrMintRequest, QrPurpose},
        settle::{QrKeysAnswer, QrSettleAnswer, QrSettleRequest},
    },
    readers::{ReadersAnswer, ReadersRequest},
    readiness::{Following, Seen, Watch},
    rejections::{Rejection, RejectionRequest, RejectionsAnswer, RejectionsRequest},
    report::{ContactReportAnswer, ContactReportRequest},
    routing::{RoutingAnswer, RoutingRequest},
    rules::{RulesAnswer, RulesRequest},
    scan::{ScanAnswer, ScanRequest},
    segment::{MembersAnswer, MembersRequest, SegmentReportAnswer, SegmentReportRequest},
    steward::{AskedEvent, Remark, UndoAnswer, UndoRequest, WordAnswer, WordRequest},
    timeline::{TimelineAnswer, TimelineRequest},
    value::{RankAnswer, RankRequest},
    whole::{
        AsOne, Delivering, OnRoute, Order, Positions, Refusal, START_FLOW, Shown, Telling, ToPartition,
        Undelivered,
    },
};

/// Answers questions and carries commands out, for every edge alike. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    /// The way to the engine.
    pub handle: Handle,
    /// What input is read by.
    pub rules: Arc<DecodeRules>,
    /// Context views by name.
    pub views: Arc<BTreeMap<String, View>>,
    /// Bounds and addresses.
    pub limits: Arc<Limits>,
    /// What questions cost.
    pub metrics: QueryMetrics,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
    /// Where it is noted who is told of whom; `None` where nobody is known.
    pub audit: Option<AuditLog>,
    /// For whom it answers.
    pub caller: Option<Arc<Caller>>,
}

/// Objects and lists inside each other, at most, in a request: some hold free content, which has to fit into a record.
const DEPTH_MAX: usize = 32;

/// Reads a request from a JSON body; an empty one is an empty object.
///
/// # Errors
/// `bad_body`, with the place where reading stopped or with the bound that it breaks.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let refused = |message: String| Failure::bad_request("bad_body", message);
    let text = if body.is_empty() { b"{}" } else { body };
    // First, as what is not looked at could not be bounded.
    let text = std::str::from_utf8(text).map_err(|_| refused("expected JSON in UTF-8".to_owned()))?;
    wire::guard::check(text, DEPTH_MAX).map_err(|_| {
        refused(format!(
            "expected at most {DEPTH_MAX} objects and lists inside each other, and no reserved name"
        ))
    })?;
    // A derived reader takes a list of the members for the object as well.
    if !text.trim_start().starts_with('{') {
        return Err(refused(
            "expected a JSON object as /openapi.json describes it".to_owned(),
        ));
    }
    serde_json::from_str(text).map_err(|error| {
        // The library's message may hold what was sent; where it stands is enough.
        let (line, column) = (error.line(), error.column());
        let message =
            format!("expected JSON as /openapi.json describes it; reading stopped at {line}:{column}");
        refused(message)
    })
}

#[cfg(test)]
mod tests;
