//! One value, one spelling; and what is no value at all.

use super::{Defect, Refusal, normalise};
use crate::domain::identifier::kind::Kind;
use crate::domain::identifier::region::Region;
use crate::domain::identifier::rules::IdentifierRules;
use crate::domain::identifier::trust::Trust;
use proptest::prelude::*;

fn value(kind: &Kind, raw: &str) -> Result<String, Refusal> {
    let iran = "IR".parse::<Region>().unwrap();
    let identifier = normalise(
        &IdentifierRules::standard(),
        kind,
        raw,
        Trust::Stated,
        Some(&iran),
    )?;
    Ok(identifier.value().to_owned())
}

#[test]
fn each_kind_takes_its_own_way() {
    for (kind, raw, expected) in [
        (Kind::USER_ID, " كاربر-۴۲ ", "کاربر-42"),
        (Kind::EMAIL, "Sara <S@X.ir>", "s@x.ir"),
        (Kind::PHONE, "۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        (Kind::new("telegram").unwrap(), "@Sara", "@Sara"),
    ] {
        assert_eq!(value(&kind, raw).as_deref(), Ok(expected), "{raw}");
    }
}

#[test]
fn what_names_nobody_is_refused_with_its_reason() {
    for (kind, raw, refusal) in [
        (Kind::USER_ID, "'NULL'", Refusal::Blocked),
        (Kind::USER_ID, "\u{200B} ", Refusal::Empty),
        (Kind::USER_ID, &*"u".repeat(256), Refusal::TooLong),
        (Kind::USER_ID, &*"u".repeat(100_000), Refusal::TooLong),
        (Kind::EMAIL, "<test@TEST.com>", Refusal::Blocked),
        (Kind::EMAIL, "none", Refusal::Blocked),
        (Kind::EMAIL, "sara", Refusal::Malformed(Defect::NoAt)),
        (Kind::PHONE, "Anonymous", Refusal::Withheld),
        (Kind::PHONE, "sip:anonymous@anonymous.invalid", Refusal::Withheld),
        (Kind::PHONE, "+266696687", Refusal::Withheld),
        (Kind::PHONE, "00 737 874 2833", Refusal::Withheld),
        (Kind::PHONE, "sip:+86282452253@pbx.example", Refusal::Withheld),
        (Kind::PHONE, "0000000000", Refusal::Blocked),
        (Kind::PHONE, "1111111111", Refusal::Blocked),
        (Kind::PHONE, "+98 999 999 9999", Refusal::Blocked),
        (Kind::PHONE, "0999 999 9999", Refusal::Blocked),
        (Kind::PHONE, "12", Refusal::Malformed(Defect::Number)),
    ] {
        assert_eq!(value(&kind, raw), Err(refusal), "{raw}");
    }
}

#[test]
fn a_refusal_says_nothing_of_the_value() {
    let refusal = value(&Kind::PHONE, "0912345678901").unwrap_err();
    assert!(!format!("{refusal} {refusal:?} {}", refusal.code()).contains("912"));
}

proptest! {
    #[test]
    fn normalising_twice_is_normalising_once(
        any_text in any::<String>(),
        email in "(\"?\\PC{0,4}<)?\\PC{1,6}@\\PC{1,6}\\.[a-z]{2,3}>?",
        phone in "(sip:|tel:)?[+0]?[0-9۰-۹ ()-]{5,14}(;ext=1|@pbx|x1)?",
    ) {
        for kind in [Kind::USER_ID, Kind::EMAIL, Kind::PHONE] {
            for raw in [&any_text, &email, &phone] {
                if let Ok(once) = value(&kind, raw) {
                    prop_assert_eq!(value(&kind, &once), Ok(once));
                }
            }
        }
    }

    #[test]
    fn debug_never_contains_the_value(digits in "[0-9]{8}") {
        let rules = IdentifierRules::standard();
        if let Ok(identifier) = normalise(&rules, &Kind::USER_ID, &digits, Trust::Stated, None) {
            let debug = format!("{identifier:?}");
            prop_assert!(!debug.contains(&digits));
        }
    }
}
