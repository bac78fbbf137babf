//! What can be called: one row per subject. Queries any instance answers, commands the owner alone.

use serde::Serialize;

use crate::{
    api::{self, Api, Failure, guard::Action},
    nats::service::Instance,
};

/// A question or a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Profile,
    Timeline,
    Identity,
    Readers,
    Explain,
    Merges,
    Matches,
    /// [`Api::rules`](crate::api::Api::rules).
    Rules,
    Lookup,
    Context,
    Qr,
    Scan,
    Rejections,
    Rulebook,
    SegmentReport,
    Members,
    ContactReport,
    CxReport,
    JourneyReport,
    GapReport,
    CoverageReport,
    Insights,
    MintQr,
    RedeemQr,
    SettleQr,
    RevokeQr,
    Consent,
    Contact,
    StartFlow,
    /// [`Api::rank`](crate::api::Api::rank).
    Rank,
    Routing,
    Erase,
    Erasure,
    Merge,
    Separate,
    Undo,
    /// [`Api::connect`](crate::api::Api::connect).
    Connect,
    /// [`Api::erase_refused`](crate::api::Api::erase_refused).
    EraseRefused,
    Owner,
}

impl Call {
    pub(crate) const ALL: [Self; 39] = [
        Self::Profile,
        Self::Timeline,
        Self::Identity,
        Self::Readers,
        Self::Explain,
        Self::Merges,
        Self::Matches,
        Self::Rules,
        Self::Lookup,
        Self::Context,
        Self::Qr,
        Self::Scan,
        Self::Rejections,
        Self::Rulebook,
        Self::SegmentReport,
        Self::Members,
        Self::ContactReport,
        Self::CxReport,
        Self::JourneyReport,
        Self::GapReport,
        Self::CoverageReport,
        Self::Insights,
        Self::MintQr,
        Self::RedeemQr,
        Self::SettleQr,
        Self::RevokeQr,
        Self::Consent,
        Self::Contact,
        Self::StartFlow,
        Self::Rank,
        Self::Routing,
        Self::Erase,
        Self::Erasure,
        Self::Merge,
        Self::Separate,
        Self::Undo,
        Self::Connect,
        Self::EraseRefused,
        Self::Owner,
    ];

    /// Behind `yekta.v1.<t>.`.
    pub(crate) const fn subject(self) -> &'static str {
        match self {
            Self::Profile => "q.profile",
            Self::Timeline => "q.timeline",
            Self::Identity => "q.identity",
            Self::Readers => "q.readers",
            Self::Explain => "q.explain",
            Self::Merges => "q.merges",
            Self::Matches => "q.matches",
            Self::Rules => "q.rules",
            Self::Lookup => "q.lookup",
            Self::Context => "q.context",
            Self::Qr => "q.qr",
            Self::Scan => "q.scan",
            Self::Rejections => "q.rejections",
            Self::Rulebook => "q.rulebook",
            Self::SegmentReport => "q.reports.segments",
            Self::Members => "q.segments.members",
            Self::ContactReport => "q.reports.contacts",
            Self::CxReport => "q.reports.cx",
            Self::JourneyReport => "q.reports.journey",
            Self::GapReport => "q.reports.gap",
            Self::CoverageReport => "q.reports.coverage",
            Self::Insights => "q.insights",
            Self::MintQr => "c.qr.mint",
            Self::RedeemQr => "c.qr.redeem",
            Self::SettleQr => "c.qr.settle",
            Self::RevokeQr => "c.qr.revoke",
            Self::Consent => "c.consent",
            Self::Contact => "c.contact",
            Self::StartFlow => "c.flow.start",
            Self::Rank => "c.values",
            Self::Routing => "c.routing",
            Self::Erase => "c.erase",
            Self::Erasure => "q.erasure",
            Self::Merge => "c.merge",
            Self::Separate => "c.separate",
            Self::Undo => "c.undo",
            Self::Connect => "c.connect",
            Self::EraseRefused => "c.refused.erase",
            Self::Owner => "c.owner",
        }
    }

    /// Whether only the process that owns the tenant can answer.
    pub(crate) fn is_command(self) -> bool {
        self.subject().starts_with("c.")
    }

    /// The endpoint's name, which may hold no dot.
    pub(crate) fn name(self) -> String {
        self.subject().replace('.', "-")
    }

    /// What it is, to whoever says who may; `None` of what everybody may know, and of what only those can ask who serve the
    /// tenant.
    pub(crate) const fn action(self) -> Option<Action> {
        Some(match self {
            Self::Profile => Action::Profile,
            Self::Timeline => Action::Timeline,
            Self::Identity => Action::Identity,
            Self::Readers => Action::Readers,
            Self::Explain => Action::Explain,
            Self::Merges => Action::Merges,
            Self::Matches => Action::Matches,
            Self::Rules => Action::Rules,
            Self::Lookup => Action::Lookup,
            Self::Context => Action::Context,
            Self::Qr => Action::ReadQr,
            Self::Scan => Action::Scan,
            Self::Rejections => Action::Rejections,
            Self::Rulebook | Self::SegmentReport => Action::Report,
            Self::Members => Action::Members,
            Self::ContactReport
            | Self::CxReport
            | Self::JourneyReport
            | Self::GapReport
            | Self::CoverageReport
            | Self::Insights => Action::Report,
            Self::MintQr => Action::MintQr,
            Self::RedeemQr | Self::SettleQr => Action::RedeemQr,
            Self::RevokeQr => Action::RevokeQr,
            Self::Consent => Action::Consent,
            Self::Contact => Action::Contact,
            Self::StartFlow => Action::StartFlow,
            Self::Rank => Action::Rank,
            Self::Routing => Action::Route,
            Self::Erase | Self::Erasure => Action::Erase,
            Self::Merge | Self::Separate | Self::Undo => Action::Steward,
            Self::Connect | Self::EraseRefused | Self::Owner => return None,
        })
    }

    /// Reads the request, asks, and writes the answer.
    pub(crate) async fn answer(
        self,
        api: &Api,
        instance: &Instance,
        body: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Profile => written(&api.profile(api::read(body)?).await?),
            Self::Timeline => written(&api.timeline(api::read(body)?).await?),
            Self::Identity => written(&api.identity(api::read(body)?).await?),
            Self::Readers => written(&api.readers(api::read(body)?).await?),
            Self::Explain => written(&api.explain(api::read(body)?).await?),
            Self::Merges => written(&api.merges(api::read(body)?).await?),
            Self::Matches => written(&api.matches(api::read(body)?).await?),
            Self::Rules => written(&api.rules(api::read(body)?).await?),
            Self::Lookup => written(&api.lookup(api::read(body)?).await?),
            Self::Context => written(&api.context(api::read(body)?).await?),
            Self::Qr => written(&api.qr_read(api::read(body)?).await?),
            Self::Scan => written(&api.scan(api::read(body)?).await?),
            Self::Rejections => written(&api.rejections(api::read(body)?).await?),
            Self::Rulebook => written(&api.rulebook(api::read(body)?).await?),
            Self::SegmentReport => written(&api.segment_report(api::read(body)?).await?),
            Self::Members => written(&api.members(api::read(body)?).await?),
            Self::ContactReport => written(&api.contact_report(api::read(body)?).await?),
            Self::CxReport => written(&api.cx_report(api::read(body)?).await?),
            Self::JourneyReport => written(&api.journey_report(api::read(body)?).await?),
            Self::GapReport => written(&api.gap_report(api::read(body)?).await?),
            Self::CoverageReport => written(&api.coverage_report(api::read(body)?).await?),
            Self::Insights => written(&api.insights(api::read(body)?).await?),
            Self::MintQr => written(&api.qr_mint(api::read(body)?).await?),
            Self::RedeemQr => written(&api.qr_redeem(api::read(body)?).await?),
            Self::SettleQr => written(&api.qr_settle(api::read(body)?).await?),
            Self::RevokeQr => written(&api.qr_revoke(api::read(body)?).await?),
            Self::Consent => written(&api.consent(api::read(body)?).await?),
            Self::Contact => written(&api.contact(api::read(body)?).await?),
            Self::StartFlow => written(&api.start_flow(api::read(body)?).await?),
            Self::Rank => written(&api.rank(api::read(body)?).await?),
            Self::Routing => written(&api.route(api::read(body)?).await?),
            Self::Erase => written(&api.erase(api::read(body)?).await?),
            Self::Erasure => written(&api.erasure(api::read(body)?).await?),
            Self::Merge => written(&api.merge(api::read(body)?).await?),
            Self::Separate => written(&api.separate(api::read(body)?).await?),
            Self::Undo => written(&api.undo(api::read(body)?).await?),
            Self::Connect => written(&api.connect(api::read(body)?).await?),
            Self::EraseRefused => written(&api.erase_refused(api::read(body)?).await?),
            Self::Owner => written(&instance.owner),
        }
    }
}

fn written(answer: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(answer).map_err(|error| Failure::internal(&error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Call;

    #[test]
    fn each_call_has_a_subject_and_a_name_of_its_own() {
        let subjects: BTreeSet<_> = Call::ALL.map(Call::subject).into();
        assert_eq!(subjects.len(), Call::ALL.len());
        assert!(Call::ALL.iter().all(|call| !call.name().contains('.')));
    }
}
