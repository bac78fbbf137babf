//! Numbers as people write them, and the lines that several share.

use super::{Defect, Refusal, Region, normalise};
use crate::domain::identifier::text::fold;
use phonenumber::metadata::DATABASE;
use proptest::prelude::*;

fn check(raw: &str, region: &str, expected: Result<&str, Refusal>) {
    let region = region.parse::<Region>().ok();
    let read = normalise(&fold(raw), region.as_ref());
    assert_eq!(read.as_deref().map_err(|refusal| *refusal), expected, "{raw}");
}

#[test]
fn spellings_of_one_number_become_one() {
    for raw in [
        "۰۹۱۲ ۳۴۵ ۶۷۸۹",
        "٠٩١٢٣٤٥٦٧٨٩",
        "9123456789",
        "989123456789",
        "+98 (0)912 345 6789",
        "0098-912-345-6789",
        "tel:+98-912-345-6789;ext=5",
        "TEL:09123456789;phone-context=+98",
        "sip:+989123456789@pbx.example",
        "\"Sara\" <sips:+989123456789@pbx.example:5061;user=phone>",
        "0912.345.6789 x123",
        "0912/345/6789 ext. 5",
        "\u{200E}(+98) 912–345–6789",
    ] {
        check(raw, "IR", Ok("+989123456789"));
    }
    for raw in [
        "+44 20 7946 0958",
        "020 7946 0958",
        "0044 20 7946 0958",
        "+44 (0)20 7946 0958",
    ] {
        check(raw, "GB", Ok("+442079460958"));
    }
}

#[test]
fn national_prefixes_are_dropped_where_they_are_prefixes() {
    check("8 800 555 35 35", "RU", Ok("+78005553535"));
    check("800 555 35 35", "RU", Ok("+78005553535"));
    check("06 698 12345", "IT", Ok("+390669812345"));
    check("011 44 20 7946 0958", "US", Ok("+442079460958"));
    check("+994 12 498 0000", "FI", Ok("+994124980000"));
    check("03-331 6005;phone-context=+64", "IR", Ok("+6433316005"));
}

#[test]
fn what_is_no_number_says_why() {
    check("09123456789", "", Err(Refusal::Malformed(Defect::NoRegion)));
    check("call me", "IR", Err(Refusal::Malformed(Defect::Characters)));
    check(
        "+98+9123456789",
        "IR",
        Err(Refusal::Malformed(Defect::Characters)),
    );
    check("98+9123456789", "IR", Err(Refusal::Malformed(Defect::Characters)));
    check("110", "IR", Err(Refusal::Malformed(Defect::Number)));
    check("+98 1", "IR", Err(Refusal::Malformed(Defect::Number)));
    check("+999 123 456 789", "IR", Err(Refusal::Malformed(Defect::Number)));
    check("tel:", "IR", Err(Refusal::Empty));
    check(&"1 ".repeat(40), "IR", Err(Refusal::TooLong));
}

fn regions() -> impl Strategy<Value = Option<Region>> {
    let all: Vec<_> = DATABASE
        .iter()
        .filter_map(|plan| plan.id().parse::<Region>().ok())
        .collect();
    proptest::option::weighted(0.9, proptest::sample::select(all))
}

proptest! {
    #[test]
    fn any_text_in_any_region_is_a_stable_number_or_an_error(
        text in any::<String>(),
        dialled in "(\\+|00|0)?[0-9]{4,15}",
        region in regions(),
    ) {
        for raw in [&text, &dialled] {
            if let Ok(number) = normalise(&fold(raw), region.as_ref()) {
                prop_assert_eq!(normalise(&number, region.as_ref()), Ok(number.clone()));
                prop_assert_eq!(normalise(&number, None), Ok(number));
            }
        }
    }
}
