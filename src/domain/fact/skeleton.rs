//! The consonants of a name, in an alphabet that Latin and Persian script share.
//!
//! Owns the transliteration: `Sara` and `سارا` are both `sr`. Vowels go, for Persian does not write the short ones and
//! Latin writes the long ones in many ways; a name that begins with one begins with `a`. Never a key to a person: many
//! names have one skeleton. Comparison and blocking use it.

/// The skeleton of `name`, which went through [`super::letters`]. Empty for scripts it does not know.
#[must_use]
pub fn of(name: &str) -> String {
    let mut skeleton = String::with_capacity(name.len());
    for word in name.split(' ') {
        append(&mut skeleton, word);
    }
    skeleton
}

fn append(skeleton: &mut String, word: &str) {
    let letters: Vec<char> = word.chars().collect();
    let mut rest = letters.as_slice();
    let mut first = true;
    let mut last = None;
    while let Some((letter, behind)) = rest.split_first() {
        let (sound, taken) = sound(*letter, behind.first().copied(), first);
        rest = behind.get(taken..).unwrap_or_default();
        // A breathed h at the end is written in Persian and not spoken; Latin drops it or not.
        let silent = rest.is_empty() && !first && sound == Some('h');
        if sound != last && !silent {
            skeleton.extend(sound);
        }
        // Doubled letters are written once in Persian; a vowel between two keeps them apart.
        last = sound;
        first = false;
    }
}

/// The sound of a letter, and how many of the letters behind it belong to it.
const fn sound(letter: char, next: Option<char>, first: bool) -> (Option<char>, usize) {
    if let Some(found) = digraph(letter, next) {
        return (Some(found), 1);
    }
    let sound = match letter {
        'a' | 'e' | 'i' | 'o' | 'u' | 'ا' | 'ع' | 'أ' | 'إ' if first => 'a',
        'y' | 'ی' if first => 'y',
        'v' | 'w' | 'و' if first => 'v',
        'b' | 'ب' => 'b',
        'p' | 'پ' => 'p',
        't' | 'ت' | 'ط' => 't',
        's' | 'ث' | 'س' | 'ص' => 's',
        'j' | 'ج' => 'j',
        'h' | 'ح' | 'ه' => 'h',
        'خ' => 'x',
        'd' | 'د' => 'd',
        'z' | 'ذ' | 'ز' | 'ض' | 'ظ' | 'ژ' => 'z',
        'r' | 'ر' => 'r',
        'ش' => 'š',
        'چ' => 'č',
        'q' | 'غ' | 'ق' => 'q',
        'f' | 'ف' => 'f',
        'k' | 'c' | 'ک' | 'x' => 'k',
        'g' | 'گ' => 'g',
        'l' | 'ل' => 'l',
        'm' | 'م' => 'm',
        'n' | 'ن' => 'n',
        _ => return (None, 0),
    };
    (Some(sound), 0)
}

const fn digraph(letter: char, next: Option<char>) -> Option<char> {
    Some(match (letter, next) {
        ('k', Some('h')) => 'x',
        ('s', Some('h')) => 'š',
        ('c', Some('h')) => 'č',
        ('z', Some('h')) => 'z',
        ('g', Some('h')) => 'q',
        ('p', Some('h')) => 'f',
        ('t', Some('h')) => 't',
        ('c', Some('k')) => 'k',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn one_name_in_two_scripts_has_one_skeleton() {
        for (latin, persian) in [
            ("sara", "سارا"),
            ("mohammad", "محمد"),
            ("hossein", "حسین"),
            ("hosein", "حسین"),
            ("ali", "علی"),
            ("elham", "الهام"),
            ("fatemeh", "فاطمه"),
            ("fatima", "فاطمه"),
            ("karimi", "کریمی"),
            ("khadijeh", "خدیجه"),
            ("ghasemi", "قاسمی"),
            ("yasaman", "یاسمن"),
            ("vahid", "وحید"),
            ("navid", "نوید"),
            ("shirin", "شیرین"),
            ("zahra", "زهرا"),
            ("maryam", "مریم"),
            ("reza", "رضا"),
            ("ahmadi", "احمدی"),
        ] {
            assert_eq!(of(latin), of(persian), "{latin}");
            assert!(!of(latin).is_empty());
        }
        assert_ne!(of("sara"), of("sima"));
        assert_eq!(of("王"), "");
    }
}
