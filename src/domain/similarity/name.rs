//! How alike two names are.
//!
//! Owns [`Name`], one name prepared for comparison, and its levels. Typing errors, short forms, initials, words left
//! out and the two scripts never make two names [`Level::Incompatible`]; only that forbids a link.

use crate::domain::{
    fact::skeleton,
    similarity::{edits, field::Level, jaro_winkler, nickname},
};

/// A name and what is worked out of it, ordered by its text. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub(super) text: String,
    words: Vec<Word>,
    pub(super) skeleton: String,
    script: Script,
}

impl std::fmt::Debug for Name {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Name(…)")
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    text: String,
    names: &'static [u16],
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Persian,
    Other,
}

/// From here on two names are almost the same, in thousandths.
const CLOSE: u16 = 920;
/// From here on they are alike.
const NEAR: u16 = 850;
/// Below they are clearly two, if they also are more than two edits apart.
const FAR: u16 = 750;
/// Letters that are mistaken in one name.
const SLIPS: usize = 2;

impl Name {
    /// `text`, a normalised name; `None` for an empty one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let letter = text.chars().find(|letter| letter.is_alphabetic())?;
        let words = text.split(' ').map(|word| Word {
            text: word.to_owned(),
            names: nickname::names(word),
        });
        Some(Self {
            text: text.to_owned(),
            words: words.collect(),
            skeleton: skeleton::of(text),
            script: match letter {
                '\u{0600}'..='\u{06FF}' => Script::Persian,
                '\u{0000}'..='\u{024F}' => Script::Latin,
                _ => Script::Other,
            },
        })
    }

    /// Whether it is one letter.
    pub(super) fn is_initial(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }

    pub(super) fn first_letter(&self) -> Option<char> {
        self.text.chars().next()
    }

    /// How alike `self` and `other` are as given names; `None` where nothing can be said.
    #[must_use]
    pub fn as_given(&self, other: &Self) -> Option<Level> {
        let level = self.level(other)?;
        if level == Level::Different && self.is_other_initial(other) {
            return Some(Level::Incompatible);
        }
        if matches!(
            level,
            Level::Different | Level::Incompatible | Level::Near | Level::Initial
        ) && self.shares_name(other)
        {
            return Some(Level::Nickname);
        }
        if level == Level::Different && self.is_other_name(other) {
            return Some(Level::Incompatible);
        }
        Some(level)
    }

    /// Whether both are names that are known, of which no slip makes the other.
    fn is_other_name(&self, other: &Self) -> bool {
        let known = |name: &Self| name.words.iter().all(|word| !word.names.is_empty());
        known(self) && known(other) && edits(&self.text, &other.text) > SLIPS
    }

    /// Whether one is an initial with which no form of the other begins.
    fn is_other_initial(&self, other: &Self) -> bool {
        let (initial, name) = match (self.is_initial(), other.is_initial()) {
            (true, false) => (self, other),
            (false, true) => (other, self),
            _ => return false,
        };
        let numbers = name.words.iter().flat_map(|word| word.names);
        let begins = |form: &str| form.chars().next() == initial.first_letter();
        !name.words.iter().any(|word| begins(&word.text))
            && !numbers.copied().flat_map(nickname::forms).any(begins)
    }

    /// How alike they are as family names; `None` where nothing can be said.
    #[must_use]
    pub fn as_family(&self, other: &Self) -> Option<Level> {
        self.level(other)
    }

    fn level(&self, other: &Self) -> Option<Level> {
        if self.text == other.text {
            return Some(if self.is_initial() {
                Level::Initial
            } else {
                Level::Equal
            });
        }
        if self.script != other.script {
            return self.across_scripts(other);
        }
        if self.is_initial() || other.is_initial() {
            let same = self.first_letter() == other.first_letter();
            return Some(if same { Level::Initial } else { Level::Different });
        }
        let alike = jaro_winkler(&self.text, &other.text);
        if alike >= CLOSE || self.is_part_of(other) || other.is_part_of(self) {
            return Some(Level::Close);
        }
        let edits = edits(&self.text, &other.text);
        // What begins alike goes on in another way where more than a slip or two would have to be made good.
        let alike_all_along = alike >= NEAR && edits <= SLIPS;
        let sounds_alike = self.skeleton.chars().nth(1).is_some() && self.skeleton == other.skeleton;
        if alike_all_along || edits <= 1 || sounds_alike || self.shares_word(other) {
            return Some(Level::Near);
        }
        let clearly = alike < FAR && edits > SLIPS && !self.begins_alike(other) && !self.is_shuffled(other);
        Some(if clearly {
            Level::Incompatible
        } else {
            Level::Different
        })
    }

    /// Latin and Persian have the consonants in common; of other scripts nothing is known.
    fn across_scripts(&self, other: &Self) -> Option<Level> {
        let unknown = |name: &Self| name.script == Script::Other || name.skeleton.is_empty();
        if unknown(self) || unknown(other) {
            return None;
        }
        if self.is_initial() || other.is_initial() {
            let same = self.skeleton.chars().next() == other.skeleton.chars().next();
            return same.then_some(Level::Initial);
        }
        if self.skeleton == other.skeleton {
            return Some(Level::Close);
        }
        let alike = jaro_winkler(&self.skeleton, &other.skeleton);
        let edits = edits(&self.skeleton, &other.skeleton);
        Some(match alike {
            NEAR.. => Level::Near,
            500.. => Level::Different,
            _ if edits <= 1 => Level::Different,
            _ => Level::Incompatible,
        })
    }

    /// Whether all of its words, in their order, are words of a longer name, or the same letters without the spaces.
    fn is_part_of(&self, other: &Self) -> bool {
        if self.words.len() >= other.words.len() {
            return false;
        }
        let mut others = other.words.iter();
        let part = self
            .words
            .iter()
            .all(|word| !word.is_initial() && others.any(|other| other.text == word.text));
        part || letters(&self.words).eq(letters(&other.words))
    }

    fn shares_word(&self, other: &Self) -> bool {
        let several = self.words.len() > 1 || other.words.len() > 1;
        let has = |word: &Word| {
            other
                .words
                .iter()
                .any(|other| !word.is_initial() && word.text == other.text)
        };
        several && self.words.iter().any(has)
    }

    fn shares_name(&self, other: &Self) -> bool {
        let mut names = self.words.iter().flat_map(|word| word.names);
        names.any(|name| other.words.iter().any(|word| word.names.contains(name)))
    }

    /// Whether the shorter is how the longer begins: Darl and Darlene.
    fn begins_alike(&self, other: &Self) -> bool {
        let (short, long) = if self.text.len() < other.text.len() {
            (self, other)
        } else {
            (other, self)
        };
        short.text.chars().nth(2).is_some() && long.text.starts_with(short.text.as_str())
    }

    /// Whether three of four letters are the same, in whatever order they were typed.
    fn is_shuffled(&self, other: &Self) -> bool {
        let mut rest: Vec<char> = other.text.chars().collect();
        let (mut shared, mut length) = (0, 0);
        for letter in self.text.chars() {
            length += 1;
            if let Some(at) = rest.iter().position(|other| *other == letter) {
                rest.swap_remove(at);
                shared += 1;
            }
        }
        let longer = length.max(shared + rest.len());
        shared * 4 >= longer * 3
    }

    /// The name a nickname stands for, if it is one; the name itself if not. One word of it.
    pub(super) fn canonical(&self) -> (Option<u16>, &str) {
        let first = self.words.first();
        let number = first.and_then(|word| word.names.first()).copied();
        (number, first.map_or("", |word| word.text.as_str()))
    }
}

impl Word {
    fn is_initial(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

fn letters(words: &[Word]) -> impl Iterator<Item = char> + '_ {
    words.iter().flat_map(|word| word.text.chars())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Level, Name};

    fn given(a: &str, b: &str) -> Option<Level> {
        Name::new(a).unwrap().as_given(&Name::new(b).unwrap())
    }

    #[test]
    fn what_may_be_one_name_is_never_incompatible() {
        for (a, b) in [
            ("robert", "bob"),
            ("robert", "r"),
            ("mohamed", "muhammed"),
            ("mohammad", "محمد"),
            ("sara", "سارا"),
            ("sarah", "sahra"),
            ("maria luis", "maria"),
            ("annamaria", "anna maria"),
            ("amy", "aym"),
            ("jonatan", "jonathan"),
            ("peter", "petra"),
            ("wang", "王"),
            ("darl", "darlene"),
        ] {
            let level = given(a, b);
            assert!(!matches!(level, Some(Level::Incompatible)), "{a} {b} {level:?}");
        }
    }

    #[test]
    fn names_of_two_people_are() {
        for (a, b) in [
            ("robert", "susan"),
            ("mark", "elizabeth"),
            ("john", "patricia"),
            ("سارا", "محمد"),
            ("sara", "محمد"),
            // Known both, and no form of one another.
            ("anna", "annabelle"),
            ("martha", "margaret"),
        ] {
            assert_eq!(given(a, b), Some(Level::Incompatible), "{a} {b}");
        }
    }

    #[test]
    fn levels_go_from_equal_to_near() {
        assert_eq!(given("sara", "sara"), Some(Level::Equal));
        assert_eq!(given("margaret", "peggy"), Some(Level::Nickname));
        assert_eq!(given("lachlan", "lachlen"), Some(Level::Close));
        assert_eq!(given("sara", "سارا"), Some(Level::Close));
        assert_eq!(given("b", "bob"), Some(Level::Initial));
        assert_eq!(given("x", "bob"), Some(Level::Incompatible));
        assert_eq!(given("carlton", "carson"), Some(Level::Near));
        assert_eq!(given("darlene", "darletta"), Some(Level::Different));
        assert_eq!(given("b", "robert"), Some(Level::Different));
        assert_eq!(given("wang", "王"), None);
    }

    proptest! {
        #[test]
        fn either_way_it_is_the_same(a in "[a-d ]{0,6}[a-dسارمح]{1,3}", b in "[a-d ]{0,6}[a-dسارمح]{1,3}") {
            let (a, b) = (a.trim(), b.trim());
            prop_assert_eq!(given(a, b), given(b, a));
        }

        #[test]
        fn one_error_of_typing_is_never_incompatible(name in "[a-z]{3,9}", at in 0usize..9, letter in "[a-z]") {
            let mut letters: Vec<char> = name.chars().collect();
            let at = at % letters.len();
            letters[at] = letter.chars().next().unwrap();
            let typed: String = letters.iter().collect();
            prop_assert!(!matches!(given(&name, &typed), Some(Level::Incompatible | Level::Different)));
        }
    }
}
