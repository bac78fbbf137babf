//! What ends a one-line address: the states of the United States and the shapes of postcodes.
//!
//! Owns the table. Never decides where a street ends: [`super::address`] does.

/// Each state's code and its name.
const STATES: [(&str, &str); 53] = [
    ("al", "alabama"),
    ("ak", "alaska"),
    ("az", "arizona"),
    ("ar", "arkansas"),
    ("ca", "california"),
    ("co", "colorado"),
    ("ct", "connecticut"),
    ("de", "delaware"),
    ("dc", "district of columbia"),
    ("fl", "florida"),
    ("ga", "georgia"),
    ("hi", "hawaii"),
    ("id", "idaho"),
    ("il", "illinois"),
    ("in", "indiana"),
    ("ia", "iowa"),
    ("ks", "kansas"),
    ("ky", "kentucky"),
    ("la", "louisiana"),
    ("me", "maine"),
    ("md", "maryland"),
    ("ma", "massachusetts"),
    ("mi", "michigan"),
    ("mn", "minnesota"),
    ("ms", "mississippi"),
    ("mo", "missouri"),
    ("mt", "montana"),
    ("ne", "nebraska"),
    ("nv", "nevada"),
    ("nh", "new hampshire"),
    ("nj", "new jersey"),
    ("nm", "new mexico"),
    ("ny", "new york"),
    ("nc", "north carolina"),
    ("nd", "north dakota"),
    ("oh", "ohio"),
    ("ok", "oklahoma"),
    ("or", "oregon"),
    ("pa", "pennsylvania"),
    ("ri", "rhode island"),
    ("sc", "south carolina"),
    ("sd", "south dakota"),
    ("tn", "tennessee"),
    ("tx", "texas"),
    ("ut", "utah"),
    ("vt", "vermont"),
    ("va", "virginia"),
    ("wa", "washington"),
    ("wv", "west virginia"),
    ("wi", "wisconsin"),
    ("wy", "wyoming"),
    ("pr", "puerto rico"),
    ("gu", "guam"),
];

/// The code in `word`, if it is one.
#[must_use]
pub fn code(word: &str) -> Option<&'static str> {
    STATES.iter().map(|(code, _)| *code).find(|code| *code == word)
}

/// The code of the state called `name`.
#[must_use]
pub fn code_of_name(name: &str) -> Option<&'static str> {
    STATES
        .iter()
        .find(|(_, full)| *full == name)
        .map(|(code, _)| *code)
}

/// Whether `word` has the shape of a postcode in one word: five to ten digits, with at least five.
#[must_use]
pub fn is_postcode(word: &str) -> bool {
    (5..=10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether two words are a British or Canadian postcode.
#[must_use]
pub fn is_two_part_postcode(outward: &str, inward: &str) -> bool {
    let digit = |word: &str, at| word.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let letter = |word: &str, at| word.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
    let british = digit(inward, 0) && letter(inward, 1) && letter(inward, 2);
    let canadian = digit(inward, 0) && letter(inward, 1) && digit(inward, 2) && outward.len() == 3;
    let outward_fits =
        (2..=4).contains(&outward.len()) && letter(outward, 0) && outward.bytes().any(|b| b.is_ascii_digit());
    inward.len() == 3 && outward_fits && (british || canadian)
}

/// Whether `words` end with a state's code and five digits.
#[must_use]
pub fn ends_with_state_and_zip(words: &[String]) -> bool {
    matches!(words, [.., state, zip] if code(state).is_some() && zip.len() == 5 && is_postcode(zip))
}
