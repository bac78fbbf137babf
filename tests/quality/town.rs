//! A generated town: people with two records each, of which the second has slips.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Given names of which the later ones are rarer.
pub(crate) const GIVEN: [&str; 12] = [
    "margaret",
    "frederick",
    "charlotte",
    "augustus",
    "philippa",
    "bartholomew",
    "henrietta",
    "cornelius",
    "guinevere",
    "thaddeus",
    "wilhelmina",
    "zebulon",
];
pub(crate) const FAMILY: [&str; 16] = [
    "appleton",
    "bancroft",
    "carmichael",
    "dunsmore",
    "ellsworth",
    "fairbanks",
    "gainsborough",
    "hathaway",
    "ingleby",
    "jamieson",
    "kirkpatrick",
    "llewellyn",
    "montgomery",
    "northcote",
    "osgood",
    "pemberton",
];
pub(crate) const CITIES: [&str; 6] = [
    "trowbridge",
    "kettering",
    "bridlington",
    "wokingham",
    "altrincham",
    "penzance",
];

pub(crate) const MAP: &str = r#"
id = "id"
truth = "who"
[traits]
first_name = "given"
last_name = "family"
birth_date = "born"
address = "street"
city = "city"
postcode = "postcode"
[identifiers]
email = { column = "mail", trust = "stated" }
"#;

/// How many people have the name that is too rare to be told of.
pub(crate) const RARE_PEOPLE: usize = 9;

/// A table of two records for each of `people`, the last column being who it is.
pub(crate) fn town(people: usize, seed: u64) -> String {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut table = String::from("id,given,family,born,street,city,postcode,mail,who\n");
    for person in 0..people {
        let rare = person < RARE_PEOPLE;
        let given = if rare {
            "zebulon"
        } else {
            GIVEN[skewed(&mut dice, GIVEN.len() - 1)]
        };
        let family = FAMILY[skewed(&mut dice, FAMILY.len())];
        // Each of the rare ones is another by their own word.
        let year = if rare {
            1930 + person
        } else {
            1930 + below(&mut dice, 70)
        };
        let born = format!(
            "{year}-{:02}-{:02}",
            1 + below(&mut dice, 12),
            1 + below(&mut dice, 28)
        );
        let street = format!(
            "{} {} street",
            1 + below(&mut dice, 90),
            ["mill", "church", "station", "victoria", "albert", "orchard"][below(&mut dice, 6)]
        );
        let city = CITIES[skewed(&mut dice, CITIES.len())];
        let postcode = format!("{:05}", 10_000 + below(&mut dice, 400) * 37);
        let mail = format!("m{}k{}@example.org", below(&mut dice, 100_000), person);
        let fields = [given, family, &born, &street, city, &postcode, &mail].map(str::to_owned);
        table += &row(&format!("a{person}"), &fields, person);
        let fields = fields.map(|field| slipped(field, &mut dice));
        table += &row(&format!("b{person}"), &fields, person);
    }
    table
}

fn row(id: &str, fields: &[String; 7], person: usize) -> String {
    format!("{id},{},p{person}\n", fields.join(","))
}

/// One field in ten has a letter less, one in ten is empty.
fn slipped(field: String, dice: &mut ChaCha8Rng) -> String {
    match below(dice, 10) {
        0 => String::new(),
        1 if !field.contains('-') && field.len() > 3 => {
            let at = 1 + below(dice, field.len() - 2);
            field
                .char_indices()
                .filter(|(place, _)| *place != at)
                .map(|(_, letter)| letter)
                .collect()
        }
        _ => field,
    }
}

fn below(dice: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(dice.next_u32()).unwrap() % bound
}

/// A number below `bound`, small ones more often.
fn skewed(dice: &mut ChaCha8Rng, bound: usize) -> usize {
    below(dice, bound).min(below(dice, bound))
}
