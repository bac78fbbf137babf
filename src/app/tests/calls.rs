//! What is asked over NATS and answered.

use std::collections::BTreeSet;

use async_nats::service::{NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE};
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};

use super::Described;
use crate::{
    api,
    nats::service::{Owner, calls::Call},
};

#[test]
fn each_call_is_answered_as_is_described() {
    let described = Described::read();
    let operations = described.asyncapi["operations"].as_object().unwrap();
    for call in Call::ALL {
        let channel = format!("#/channels/{}", call.name());
        let mut answering = operations
            .values()
            .filter(|operation| operation["channel"]["$ref"] == channel.as_str());
        let operation = answering
            .next()
            .unwrap_or_else(|| panic!("nobody answers {channel}"));
        assert!(answering.next().is_none(), "{channel}");
        assert_eq!(operation["action"], "receive", "{channel}");
        let messages = operation["reply"]["messages"].as_array().unwrap();
        let failure = serde_json::json!({"$ref": "#/channels/replies/messages/failure"});
        assert!(messages.len() > 1 && messages.contains(&failure), "{channel}");
    }
    let messages = &described.asyncapi["channels"]["replies"]["messages"];
    let headers = described.members(&messages["failure"]["headers"]);
    let known = BTreeSet::from([NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE]);
    assert_eq!(headers.into_keys().collect::<BTreeSet<_>>(), known);
    let owner = Owner {
        id: "o".to_owned(),
        epoch: 1,
    };
    let owner = serde_json::to_value(owner).unwrap();
    let members = described.members(&messages["owner"]["payload"]);
    assert!(owner.as_object().unwrap().keys().eq(members.keys()));
}

#[test]
fn requests_have_the_members_that_are_described() {
    let described = Described::read();
    for call in Call::ALL {
        let (expected, takes_nothing) = read_by(call);
        let channel = &described.asyncapi["channels"][call.name()];
        let payload = &channel["messages"]["request"]["payload"];
        let members: BTreeSet<&str> = described.members(payload).into_keys().collect();
        assert_eq!(members, expected, "{call:?}");
        let required = &described.followed(payload)["required"];
        assert_eq!(required.is_null(), takes_nothing, "{call:?}");
    }
}

/// The members that a call's request has, and whether it may have none of them.
pub(crate) fn read_by(call: Call) -> (BTreeSet<&'static str>, bool) {
    match call {
        Call::Profile => asked::<api::ProfileRequest>(),
        Call::Timeline => asked::<api::TimelineRequest>(),
        Call::Identity => asked::<api::IdentityRequest>(),
        Call::Readers => asked::<api::ReadersRequest>(),
        Call::Explain => asked::<api::ExplainRequest>(),
        Call::Merges => asked::<api::MergesRequest>(),
        Call::Matches => asked::<api::MatchesRequest>(),
        Call::Rules => asked::<api::RulesRequest>(),
        Call::Lookup => asked::<api::LookupRequest>(),
        Call::Context => asked::<api::ContextRequest>(),
        Call::Qr => asked::<api::QrReadRequest>(),
        Call::Scan => asked::<api::ScanRequest>(),
        Call::Rejections => asked::<api::RejectionsRequest>(),
        Call::Rulebook => asked::<api::RulebookRequest>(),
        Call::SegmentReport => asked::<api::SegmentReportRequest>(),
        Call::Members => asked::<api::MembersRequest>(),
        Call::ContactReport => asked::<api::ContactReportRequest>(),
        Call::CxReport => asked::<api::CxRequest>(),
        Call::JourneyReport => asked::<api::JourneyRequest>(),
        Call::GapReport => asked::<api::GapRequest>(),
        Call::CoverageReport => asked::<api::CoverageRequest>(),
        Call::Insights => asked::<api::InsightsRequest>(),
        Call::MintQr => asked::<api::QrMintRequest>(),
        Call::RedeemQr => asked::<api::QrRedeemRequest>(),
        Call::SettleQr => asked::<api::QrSettleRequest>(),
        Call::RevokeQr => asked::<api::QrRevokeRequest>(),
        Call::Consent => asked::<api::ConsentRequest>(),
        Call::Contact => asked::<api::ContactRequest>(),
        Call::StartFlow => asked::<api::StartRequest>(),
        Call::Rank => asked::<api::RankRequest>(),
        Call::Routing => asked::<api::RoutingRequest>(),
        Call::Erase => asked::<api::EraseRequest>(),
        Call::Erasure => asked::<api::ErasureRequest>(),
        Call::Merge | Call::Separate => asked::<api::WordRequest>(),
        Call::Undo => asked::<api::UndoRequest>(),
        Call::Connect => asked::<api::ConnectRequest>(),
        Call::EraseRefused => asked::<api::EraseRefusedRequest>(),
        Call::Owner => (BTreeSet::new(), true),
    }
}

fn asked<T: DeserializeOwned>() -> (BTreeSet<&'static str>, bool) {
    let mut members = BTreeSet::new();
    let refused = T::deserialize(Asking(&mut members)).map(drop);
    assert!(refused.is_err());
    (members, api::read::<T>(b"{}").is_ok())
}

/// Holds nothing, and takes down which members it is asked for.
struct Asking<'a>(&'a mut BTreeSet<&'static str>);

impl<'de> Deserializer<'de> for Asking<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a request is a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        members: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.extend(members);
        Err(Error::custom("there is nothing to read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
