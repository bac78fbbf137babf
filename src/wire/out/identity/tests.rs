//! What an answer about identity tells, and what it never does.

use std::convert::Infallible;

use super::{Evidence, Identity, Member};
use crate::domain::{
    context::samples::{at, event},
    identifier::{Identifier, Kind, Trust},
    identity::{Claim, IdentityRules, Key, Reason, Verdict, cluster},
};

fn evidence(kind: Kind, value: &str, verdict: Verdict) -> cluster::Evidence {
    cluster::Evidence {
        link: cluster::Link::Shared(Key {
            kind,
            value: value.to_owned(),
        }),
        center: 0,
        other: 1,
        verdict,
    }
}

#[test]
fn members_and_what_united_or_parted_them_are_told() {
    let mut signed_in = event(0, "web", "Signed In", &[]);
    let cookie = Identifier::from_normalised(Kind::ANONYMOUS_ID, "c-1".to_owned(), Trust::Observed);
    signed_in.identifiers = vec![cookie, signed_in.identifiers.remove(0)];
    let owner = Key {
        kind: Kind::USER_ID,
        value: "u-102".to_owned(),
    };
    let claim = Claim::of(&signed_in, &IdentityRules::standard(), |_| {
        Ok::<_, Infallible>(Some(owner.clone()))
    });
    let claim = claim.unwrap();
    let decisions = [
        evidence(Kind::USER_ID, "u-102", Verdict::United),
        evidence(Kind::QR_TOKEN, "5ec2e7", Verdict::Refused(Reason::TwoCustomers)),
        evidence(
            Kind::EMAIL,
            "sara@example.com",
            Verdict::Refused(Reason::TooMany(Kind::EMAIL)),
        ),
    ];
    let identity = Identity {
        shared: Vec::new(),
        generic: Vec::new(),
        profile: "pid-1",
        members: vec![Member::of(&claim, 3, Some(at(0)))],
        attributed: Vec::new(),
        evidence: decisions.iter().map(Evidence::from).collect(),
    };
    let text = serde_json::to_string_pretty(&identity).unwrap();
    assert!(!text.contains("5ec2e7"), "{text}");
    assert!(!format!("{identity:?}").contains("u-102"));
    insta::assert_snapshot!(text);
}
