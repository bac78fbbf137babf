//! Where a number without a country code is dialled: owns [`Region`].

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use std::str::FromStr;

/// A country or territory whose numbering plan is known, by its two-letter code (ISO 3166-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region(Id);

/// A text that names no region with a numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a phone region: expected a two-letter country code such as IR")]
pub struct RegionError;

impl Region {
    /// The two-letter code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The one that a number in E.164 is of; `None` where several share its code and it is of none of them in particular.
    #[must_use]
    pub fn of_phone(e164: &str) -> Option<Self> {
        let digits = e164.strip_prefix('+')?;
        let is_number = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| phonenumber::parse(None, e164).ok())??;
        number.country().id().map(Self)
    }

    pub(crate) const fn id(self) -> Id {
        self.0
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(code: &str) -> Result<Self, RegionError> {
        let id = code.to_ascii_uppercase().parse::<Id>().map_err(|_| RegionError)?;
        // The library knows codes that have no numbering plan, and panics when it parses for one of them.
        DATABASE.by_id(id.as_ref()).map(|_| Self(id)).ok_or(RegionError)
    }
}

#[cfg(test)]
mod tests {
    use super::{Region, RegionError};

    #[test]
    fn a_number_is_of_its_country() {
        for (number, expected) in [
            ("+989123456789", Some("IR")),
            ("+4915112345678", Some("DE")),
            ("+442079460018", Some("GB")),
            ("989123456789", None),
            ("+", None),
            ("+98 912", None),
        ] {
            let found = Region::of_phone(number);
            assert_eq!(found.as_ref().map(Region::as_str), expected, "{number}");
        }
    }

    #[test]
    fn codes_of_known_countries_are_regions() {
        assert_eq!(
            "ir".parse::<Region>()
                .map(|region| region.as_str().to_owned())
                .as_deref(),
            Ok("IR")
        );
        for code in ["", "I", "XX", "IRN", "98", "ایران"] {
            assert_eq!(code.parse::<Region>(), Err(RegionError), "{code}");
        }
    }
}
