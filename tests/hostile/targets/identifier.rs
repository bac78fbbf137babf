//! Normalising identifiers, in each format and for each region.

use yekta::domain::identifier::{Kind, Region, Trust, normalise::normalise, text};

use super::{choice, world::WORLD};

const KINDS: [Kind; 4] = [Kind::PHONE, Kind::EMAIL, Kind::USER_ID, Kind::CALL_ID];
const REGIONS: [&str; 16] = [
    "IR", "DE", "US", "GB", "IT", "AR", "BR", "MX", "RU", "KZ", "FI", "AX", "SM", "CI", "AU", "NZ",
];

/// The first byte chooses the kind and the region; the text is also read as the name of a region and of a kind.
pub fn normalised(bytes: &[u8]) {
    let Some((chosen, raw)) = choice(bytes, 256) else {
        return;
    };
    let Ok(raw) = std::str::from_utf8(raw) else {
        return;
    };
    let region: Option<Region> = REGIONS
        .get(chosen / KINDS.len() % (REGIONS.len() + 1))
        .map(|code| code.parse().unwrap());
    check(&KINDS[chosen % KINDS.len()], raw, region.as_ref());
    if let Ok(region) = raw.parse::<Region>() {
        assert!(region.as_str().eq_ignore_ascii_case(raw));
        check(&Kind::PHONE, "0912 345 67 89", Some(&region));
    }
    if let Ok(kind) = Kind::new(raw) {
        assert_eq!(kind.as_str(), raw);
    }
}

fn check(kind: &Kind, raw: &str, region: Option<&Region>) {
    let rules = &WORLD.decode.identifiers;
    let found = normalise(rules, kind, raw, Trust::Stated, region);
    // What a keyboard adds changes nothing, and folding is not undone by folding again.
    let folded = text::fold(raw);
    assert_eq!(text::fold(&folded), folded);
    if raw.len() < rules.length_max {
        assert_eq!(
            normalise(rules, kind, &folded, Trust::Stated, region),
            found,
            "folded first"
        );
    }
    match found {
        Ok(one) => {
            let value = one.value();
            assert!((1..=rules.length_max).contains(&value.chars().count()));
            assert!(!value.chars().any(char::is_control) && value.trim() == value);
            let digits = value.strip_prefix('+').unwrap_or_default();
            let is_e164 =
                (4..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            assert!(*kind != Kind::PHONE || is_e164, "a phone number is E.164");
            for region in [region, None] {
                let again = normalise(rules, kind, value, Trust::Stated, region);
                assert_eq!(again.as_ref(), Ok(&one), "normalised to another");
            }
        }
        Err(refusal) => {
            assert!(refusal.code().starts_with("identifier_"));
            let explained = refusal.to_string();
            assert!(explained.starts_with("normalise an identifier: "));
        }
    }
}
