//! Names: titles and generations taken out, a full name parted.
//!
//! Owns [`Names`]. Never guesses a name that was not said. [`super::stated`] gives it what the traits say.

use crate::domain::fact::{letters, placeholder};

/// What is read out of names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Given name.
    pub given: String,
    /// Middle names.
    pub middle: String,
    /// Family name.
    pub family: String,
    /// Generation.
    pub suffix: String,
}

/// The parts are a person's.
impl std::fmt::Debug for Names {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Names(…)")
    }
}

const TITLES: [&str; 29] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lady",
    "lord",
    "rev",
    "reverend",
    "herr",
    "frau",
    "mme",
    "monsieur",
    "madame",
    "hon",
    "capt",
    "engr",
    "اقای",
    "اقا",
    "خانم",
    "دکتر",
    "مهندس",
    "سرکار",
    "جناب",
];
/// What a family name of several words begins with.
const PARTICLES: [&str; 20] = [
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "du", "la", "le", "st", "al", "el", "bin",
    "ibn", "ben", "ter", "mac",
];

/// The generation that `word` names.
#[must_use]
pub fn generation(word: &str) -> Option<&'static str> {
    Some(match word {
        "jr" | "jnr" | "junior" => "jr",
        "sr" | "snr" | "senior" => "sr",
        "ii" | "2nd" => "ii",
        "iii" | "3rd" => "iii",
        "iv" | "4th" => "iv",
        _ => return None,
    })
}

impl Names {
    /// The names of a person whose parts were stated apart. Each may be empty.
    #[must_use]
    pub fn of_parts(given: &str, middle: &str, family: &str, suffix: &str) -> Self {
        let mut names = Self::default();
        names.suffix_of(&mut letters::words(suffix));
        let mut family = letters::words(family);
        names.suffix_of(&mut family);
        let mut given = letters::words(given);
        names.suffix_of(&mut given);
        drop_titles(&mut given);
        let mut middle = letters::words(middle);
        if middle.is_empty() {
            middle = take_initials(&mut given);
            names.suffix_of(&mut given);
        }
        names.given = joined(&given);
        names.middle = joined(&middle);
        names.family = joined(&family);
        names
    }

    /// The names in a full name: `First Middle Last`, or `Last, First Middle`.
    #[must_use]
    pub fn of_full(full: &str) -> Self {
        if let Some((family, given)) = full.split_once([',', '،']) {
            let behind = letters::words(given);
            let only_suffix = behind.iter().all(|word| generation(word).is_some());
            if !behind.is_empty() && !only_suffix {
                let mut names = Self::of_parts(given, "", family, "");
                names.part_given();
                return names;
            }
        }
        let mut names = Self::default();
        let mut words = letters::words(full);
        names.suffix_of(&mut words);
        drop_titles(&mut words);
        if words.len() < 2 {
            names.given = joined(&words);
            return names;
        }
        let mut at = words.len() - 1;
        while at > 1
            && words
                .get(at - 1)
                .is_some_and(|word| PARTICLES.contains(&word.as_str()))
        {
            at -= 1;
        }
        names.family = joined(&words.split_off(at));
        names.given = joined(&words);
        names.part_given();
        names
    }

    /// In a full name the words behind the first are middle names.
    fn part_given(&mut self) {
        let mut words: Vec<String> = self.given.split_whitespace().map(str::to_owned).collect();
        let mut middle = words.split_off(words.len().min(1));
        self.suffix_of(&mut words);
        middle.extend(self.middle.split_whitespace().map(str::to_owned));
        self.given = joined(&words);
        self.middle = joined(&middle);
    }

    fn suffix_of(&mut self, words: &mut Vec<String>) {
        // One word alone is the name itself, unless it is stated as the suffix (then nothing else takes it).
        while let Some(found) = words.last().and_then(|word| generation(word)) {
            if self.suffix.is_empty() {
                found.clone_into(&mut self.suffix);
            }
            words.pop();
        }
    }
}

fn drop_titles(words: &mut Vec<String>) {
    while words.len() > 1 && words.first().is_some_and(|word| TITLES.contains(&word.as_str())) {
        words.remove(0);
    }
}

/// Initials behind a given name: `Rosemary A`.
fn take_initials(given: &mut Vec<String>) -> Vec<String> {
    let initials = |word: &String| word.chars().nth(1).is_none();
    let kept = given
        .iter()
        .rposition(|word| !initials(word))
        .map_or(given.len(), |last| last + 1);
    given.split_off(kept)
}

fn joined(words: &[String]) -> String {
    let name = words.join(" ");
    let no_letters = !name.chars().any(char::is_alphabetic);
    if no_letters || placeholder::is_word(&name) {
        String::new()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Names;

    fn full(text: &str) -> [String; 4] {
        let names = Names::of_full(text);
        [names.given, names.middle, names.family, names.suffix]
    }

    #[test]
    fn a_full_name_is_parted() {
        for (text, parts) in [
            ("Sara Karimi", ["sara", "", "karimi", ""]),
            ("Karimi, Sara", ["sara", "", "karimi", ""]),
            ("Dr. John Q. Public Jr.", ["john", "q", "public", "jr"]),
            ("John Smith, Jr.", ["john", "", "smith", "jr"]),
            ("Ludwig van Beethoven", ["ludwig", "", "van beethoven", ""]),
            (
                "ВАСИЛЬЕВ, Александр Павлович",
                ["александр", "павлович", "васильев", ""],
            ),
            ("دکتر سارا کریمی", ["سارا", "", "کریمی", ""]),
            ("Sara", ["sara", "", "", ""]),
            ("Unknown", ["", "", "", ""]),
        ] {
            assert_eq!(full(text), parts, "{text}");
        }
    }

    #[test]
    fn generations_and_titles_leave_the_names() {
        let names = Names::of_parts("Mr. Robert E", "", "Smith Sr", "");
        assert_eq!(
            [names.given.as_str(), &names.middle, &names.family, &names.suffix],
            ["robert", "e", "smith", "sr"]
        );
        assert_eq!(Names::of_parts("", "", "Dobbins Senior", "").suffix, "sr");
        assert_eq!(Names::of_parts("baby boy", "", "n/a", ""), Names::default());
    }

    proptest! {
        #[test]
        fn parts_are_in_their_final_form(given in "[A-Za-z.' -]{0,12}", family in "[A-Za-z. ]{0,10}( jr| III)?", any in any::<String>()) {
            for names in [Names::of_parts(&given, "", &family, ""), Names::of_full(&any), Names::of_full(&format!("{given} {family}"))] {
                let again = Names::of_parts(&names.given, &names.middle, &names.family, &names.suffix);
                prop_assert_eq!(again.given, names.given);
                prop_assert_eq!(again.middle, names.middle);
                prop_assert_eq!(again.family, names.family);
                prop_assert_eq!(again.suffix, names.suffix);
            }
        }
    }
}
