//! Addresses: one spelling for street types, and the parts of a one-line address.
//!
//! Owns [`Place`] and the abbreviations. Never takes a town out of a line that does not show where the street ends.
//! [`super::stated`] gives it what the traits say; [`street_number`] parts a canonical one for comparison.

use crate::domain::fact::{
    letters, placeholder,
    state::{self, is_postcode},
};

/// What a line tells about where somebody lives. A part that it does not tell is empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Number and street, words in canonical spelling.
    pub street: String,
    /// Town.
    pub city: String,
    /// State.
    pub region: String,
    /// Postcode.
    pub postcode: String,
}

/// The parts are a person's.
impl std::fmt::Debug for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Place(…)")
    }
}

impl Place {
    /// The parts of `line`: `123 Main Street, Las Vegas NV 89132`.
    #[must_use]
    pub fn of_line(line: &str) -> Self {
        let plain = letters::plain(line);
        let mut segments: Vec<Vec<String>> = plain
            .split([',', '\n', ';', '،'])
            .map(letters::words)
            .filter(|words| !words.is_empty())
            .collect();
        let mut place = Self::default();
        // `Suite 900, 1450 N City Rd` and `Skyline Apartments, 705 Sheppard Ave`: the street has a number in front.
        let street = segments
            .iter()
            .position(|words| begins_with_number(words))
            .unwrap_or_default()
            .min(segments.len().saturating_sub(1));
        let mut before: Vec<Vec<String>> = segments.drain(..street).collect();
        if segments.is_empty() {
            return place;
        }
        let mut street = segments.remove(0);
        if let Some(mut tail) = segments.pop() {
            place.take_end(&mut tail);
            // Behind a flat the street may follow with its number: that is no town.
            if tail.is_empty() && segments.last().is_some_and(|words| !begins_with_number(words)) {
                tail = segments.pop().unwrap_or_default();
            }
            place.city = tail.join(" ");
            street.extend(segments.into_iter().flatten());
        } else if state::ends_with_state_and_zip(&street) {
            place.take_end(&mut street);
            place.city = city_behind_street(&mut street);
        }
        street.extend(before.drain(..).flatten());
        place.street = canonical(&street);
        if placeholder::is_word(&place.city) || !place.city.chars().any(char::is_alphabetic) {
            place.city.clear();
        }
        place
    }

    /// Takes postcode and state from the end of `words`.
    fn take_end(&mut self, words: &mut Vec<String>) {
        if words.last().is_some_and(|word| is_postcode(word)) {
            self.postcode = postcode(&words.pop().unwrap_or_default());
        } else if let [.., outward, inward] = words.as_slice()
            && state::is_two_part_postcode(outward, inward)
        {
            self.postcode = postcode(&format!("{outward}{inward}"));
            words.truncate(words.len() - 2);
        } else if let [first, _, ..] = words.as_slice()
            && is_postcode(first)
        {
            // In much of the world it stands before the town.
            self.postcode = postcode(&words.remove(0));
        }
        if let Some(state) = words.last().and_then(|word| state::code(word)) {
            state.clone_into(&mut self.region);
            words.pop();
        }
    }
}

fn begins_with_number(words: &[String]) -> bool {
    let digits = |word: &String| word.starts_with(|letter: char| letter.is_ascii_digit());
    words.len() > 1 && words.first().is_some_and(digits)
}

/// The words behind the last street type, unless nothing would be left of the street.
fn city_behind_street(street: &mut Vec<String>) -> String {
    let last = street.iter().rposition(|word| street_type(word).is_some());
    match last {
        Some(at) if at > 0 => street.split_off(at + 1).join(" "),
        _ => String::new(),
    }
}

/// `words` in canonical spelling, one space between them.
fn canonical(words: &[String]) -> String {
    let short = words
        .iter()
        .map(|word| street_type(word).or_else(|| part(word)).unwrap_or(word));
    let address = short
        .collect::<Vec<&str>>()
        .join(" ")
        .replace("p o box", "po box");
    if placeholder::is_word(&address) {
        String::new()
    } else {
        address
    }
}

/// `raw` compacted in upper case; empty where it is a placeholder.
#[must_use]
pub fn postcode(raw: &str) -> String {
    let mut code = letters::compact(raw);
    // A zip code with its four more digits.
    if code.len() == 9 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        code.truncate(5);
    }
    let words = placeholder::is_word(&code.to_lowercase());
    if words || placeholder::is_number(&code) && code.len() > 1 || code.len() < 3 {
        String::new()
    } else {
        code
    }
}

/// The number of a canonical address and the words beside it.
#[must_use]
pub fn street_number(address: &str) -> (Option<&str>, Vec<&str>) {
    let mut words: Vec<&str> = address.split(' ').filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_digit()) && !ordinal(word);
    let number = words.iter().position(is_number).map(|at| words.remove(at));
    (number, words)
}

/// `3rd`, `15th`: the name of a street.
fn ordinal(word: &str) -> bool {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    matches!(word.strip_prefix(digits), Some("st" | "nd" | "rd" | "th"))
}

/// The canonical spelling of a kind of street.
fn street_type(word: &str) -> Option<&'static str> {
    Some(match word {
        "street" | "st" | "str" | "strasse" | "خیابان" => "st",
        "road" | "rd" => "rd",
        "avenue" | "ave" | "av" => "ave",
        "drive" | "dr" | "drv" => "dr",
        "lane" | "ln" | "کوچه" => "ln",
        "place" | "pl" | "plc" => "pl",
        "court" | "ct" | "crt" => "ct",
        "boulevard" | "blvd" | "bd" | "بلوار" => "blvd",
        "crescent" | "cres" | "cr" | "crs" => "cres",
        "parade" | "pde" => "pde",
        "terrace" | "tce" | "ter" | "terr" => "tce",
        "circuit" | "cct" | "circ" => "cct",
        "circle" | "cir" => "cir",
        "square" | "sq" | "میدان" => "sq",
        "highway" | "hwy" => "hwy",
        "parkway" | "pkwy" | "pky" => "pkwy",
        "close" => "cl",
        "grove" | "gr" | "grv" => "gr",
        "way" | "wy" => "way",
        _ => return None,
    })
}

/// The canonical spelling of other words of an address.
fn part(word: &str) -> Option<&'static str> {
    Some(match word {
        "apartment" | "apt" | "appt" | "flat" | "unit" | "واحد" => "apt",
        "suite" | "ste" => "ste",
        "building" | "bldg" | "bld" => "bldg",
        "north" => "n",
        "south" => "s",
        "east" => "e",
        "west" => "w",
        "mount" => "mt",
        "saint" => "st",
        "پلاک" => "no",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Place, postcode, street_number};

    fn line(text: &str) -> [String; 4] {
        let place = Place::of_line(text);
        [place.street, place.city, place.region, place.postcode]
    }

    #[test]
    fn a_line_is_parted_where_it_shows_how() {
        for (text, parts) in [
            (
                "123 Main Street, Las Vegas NV 89132",
                ["123 main st", "las vegas", "nv", "89132"],
            ),
            ("123 Main St, Las Vegas ", ["123 main st", "las vegas", "", ""]),
            ("1515 Adela Ln, LV, NV", ["1515 adela ln", "lv", "nv", ""]),
            (
                "1602 Brenville Pl, San Francisco, CA 94105",
                ["1602 brenville pl", "san francisco", "ca", "94105"],
            ),
            (
                "9304 W. 15th St La Blanca, FL 60527",
                ["9304 w 15th st la blanca", "", "fl", "60527"],
            ),
            (
                "80 Delaware Ave SE Washington DC 40040",
                ["80 delaware ave", "se washington", "dc", "40040"],
            ),
            (
                "Suite 900, 1450 N City Rd",
                ["1450 n city rd ste 900", "", "", ""],
            ),
            (
                "18 Danver Place, Loughborough, LE11 1UU",
                ["18 danver pl", "loughborough", "", "LE111UU"],
            ),
            ("P.O. Box 12987", ["po box 12987", "", "", ""]),
            ("44 forbes street", ["44 forbes st", "", "", ""]),
            (
                "133 New Bridge Road, 059413 Singapore",
                ["133 new bridge rd", "singapore", "", "059413"],
            ),
            (
                "#01-11, Hill Tower, 4 Hillview Rise, 667979",
                ["01 11 hill tower 4 hillview rise", "", "", "667979"],
            ),
            ("unknown", ["", "", "", ""]),
        ] {
            assert_eq!(line(text), parts, "{text}");
        }
    }

    #[test]
    fn number_and_street_come_apart() {
        assert_eq!(street_number("123 main st"), (Some("123"), vec!["main", "st"]));
        assert_eq!(
            street_number("ansbacher st 23"),
            (Some("23"), vec!["ansbacher", "st"])
        );
        assert_eq!(street_number("w 15th st"), (None, vec!["w", "15th", "st"]));
        assert_eq!(street_number("main st"), (None, vec!["main", "st"]));
    }

    #[test]
    fn postcodes_are_compact() {
        assert_eq!(postcode("M1S 1T4"), "M1S1T4");
        assert_eq!(postcode("92723-0000"), "92723");
        assert_eq!(postcode("00000"), "");
        assert_eq!(postcode("n/a"), "");
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "[0-9]{0,3}[a-z ,.]{0,20}( st| road)?[a-z, ]{0,8}( nv)?( [0-9]{5})?", any in any::<String>()) {
            for text in [text, any] {
                let place = Place::of_line(&text);
                prop_assert_eq!(&Place::of_line(&place.street).street, &place.street);
                prop_assert_eq!(postcode(&place.postcode), place.postcode);
                prop_assert_eq!(postcode(&postcode(&text)), postcode(&text));
            }
        }
    }
}
