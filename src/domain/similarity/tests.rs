//! The laws of comparison: symmetric, additive, nobody more alike than oneself; and the rules between fields.

use proptest::prelude::*;

use super::{Bits, Conflict, Field, Level, Person, Summary, Weights, blocking_keys, compare};
use crate::domain::{fact::Facts, value::Value};

fn facts(stated: &[(&str, &str)]) -> Facts {
    let texts = stated
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned())));
    Facts::of(&texts.collect())
}

fn person(stated: &[(&str, &str)]) -> Person {
    let contact = |kind| {
        stated
            .iter()
            .filter(move |(name, _)| *name == kind)
            .map(|(_, value)| *value)
    };
    Person::new(&facts(stated), contact("email"), contact("phone"))
}

/// People of few names, days and places, so that they meet.
fn somebody() -> impl Strategy<Value = Person> {
    let given = prop::sample::select(vec![
        "",
        "sara",
        "sarah",
        "s",
        "سارا",
        "robert",
        "bob",
        "maria luis",
        "karimi",
        "ع",
        "李",
    ]);
    let family = prop::sample::select(vec!["", "karimi", "karimy", "کریمی", "smith", "smith jr", "sara"]);
    let birth = prop::sample::select(vec![
        "",
        "1978-12-11",
        "1978-11-12",
        "1979-12-11",
        "1954-03-31",
        "1978",
    ]);
    let address = prop::sample::select(vec![
        "",
        "6 elm st",
        "elm st",
        "66 elm rd",
        "6",
        "7 giblin ave, salem",
        "6 st elm st",
        "6 main st",
        "6 elm main st",
    ]);
    let postcode = prop::sample::select(vec!["", "89132", "89131", "89111", "LE11 1UU"]);
    let national = prop::sample::select(vec!["", "6988048", "6988084", "1231231"]);
    let email = prop::sample::select(vec!["", "sara@x.ir", "sara@gmail.com", "sarah@x.ir"]);
    (given, family, birth, address, postcode, national, email).prop_map(
        |(given, family, birth, address, postcode, national, email)| {
            person(&[
                ("first_name", given),
                ("last_name", family),
                ("birth_date", birth),
                ("address", address),
                ("postcode", postcode),
                ("national_id", national),
                ("email", email),
            ])
        },
    )
}

#[test]
fn a_household_is_no_person() {
    let home = [
        ("last_name", "Kusha"),
        ("address", "1304 Poppy Hills Dr"),
        ("postcode", "43004"),
        ("phone", "5123538633"),
    ];
    let edward = person(&[&[("first_name", "Edward")], home.as_slice()].concat());
    let mary = person(&[&[("first_name", "Mary")], home.as_slice()].concat());
    let score = compare(&edward, &mary, &Weights::standard());
    assert_eq!(score.conflict, Some(Conflict::GivenNames));
    assert!(score.total < Bits::ZERO, "{score:?}");
    assert_eq!(
        Summary::of(&edward).conflict(&Summary::of(&mary)),
        Some(Conflict::GivenNames)
    );
}

#[test]
fn an_exchange_of_names_is_no_conflict() {
    let one = person(&[
        ("first_name", "Daniella"),
        ("last_name", "Shaw"),
        ("birth_date", "20/8/1991"),
    ]);
    let other = person(&[
        ("first_name", "Shaw"),
        ("last_name", "Daniella"),
        ("birth_date", "8/20/91"),
    ]);
    let score = compare(&one, &other, &Weights::standard());
    assert_eq!(score.conflict, None);
    assert!(
        score
            .terms
            .iter()
            .any(|term| term.field == Field::Order && term.level == Level::Swapped)
    );
    assert!(score.total > Bits::whole(15), "{score:?}");
    assert_eq!(Summary::of(&one).conflict(&Summary::of(&other)), None);
}

#[test]
fn a_misnamed_record_is_forgiven_and_twins_are_not() {
    let born = |name: &str| {
        person(&[
            ("first_name", name),
            ("last_name", "Reyes"),
            ("birth_date", "1990-03-15"),
        ])
    };
    let summary = |names: &[&str]| {
        let mut sum = Summary::default();
        for name in names {
            sum.absorb(&Summary::of(&born(name)));
        }
        sum
    };
    assert_eq!(
        summary(&["Edward", "Edward"]).conflict(&summary(&["Susan"])),
        None
    );
    let twins = summary(&["Edward", "Eddie"]).conflict(&summary(&["Susan", "Sue"]));
    assert_eq!(twins, Some(Conflict::GivenNames));
}

fn at_home(name: &str, family: &str, date: &str) -> Person {
    person(&[
        ("first_name", name),
        ("last_name", family),
        ("birth_date", date),
        ("address", "6 Elm St"),
    ])
}

#[test]
fn namesakes_of_a_common_name_are_not_one_for_an_address() {
    let conflict = |name, family| {
        let (old, young) = (
            at_home(name, family, "1954-03-31"),
            at_home(name, family, "1990-11-12"),
        );
        compare(&old, &young, &Weights::standard()).conflict
    };
    assert_eq!(conflict("John", "Smith"), Some(Conflict::BirthDates));
    assert_eq!(conflict("Imogen", "Akroyd"), None);
}

#[test]
fn a_stray_record_brings_nobody_together_whom_most_keep_apart() {
    let name = [("first_name", "Imogen"), ("last_name", "Akroyd")];
    let sum = |kind: &str, values: &[&str]| {
        let one = |value: &&str| Summary::of(&person(&[name.as_slice(), &[(kind, value)]].concat()));
        let mut all = values.iter().map(one);
        let first = all.next().unwrap();
        all.fold(first, |mut sum, one| {
            sum.absorb(&one);
            sum
        })
    };
    let (old, young) = ("1954-03-31", "1990-11-12");
    let strayed = sum("birth_date", &[old, old, young]);
    let conflict = |times: usize| strayed.conflict(&sum("birth_date", &vec![young; times]));
    assert_eq!((conflict(1), conflict(2)), (None, Some(Conflict::BirthDates)));
    let (own, hers) = ("698804815", "123123146");
    let borrowed = sum("national_id", &[own, own, hers]);
    let conflict = |times: usize| borrowed.conflict(&sum("national_id", &vec![hers; times]));
    assert_eq!((conflict(1), conflict(2)), (None, Some(Conflict::NationalIds)));
    // Whoever has one name and one birth date got another number.
    let renumbered = |family: &str, id: &str| {
        let name = [("first_name", "Imogen"), ("last_name", family)];
        let stated = [("birth_date", old), ("national_id", id)];
        let one = Summary::of(&person(&[name, stated].concat()));
        let mut two = one.clone();
        two.absorb(&one);
        two
    };
    let akroyd = renumbered("Akroyd", own);
    assert_eq!(akroyd.conflict(&renumbered("Akroyd", hers)), None);
    let shirton = akroyd.conflict(&renumbered("Shirton", hers));
    assert_eq!(shirton, Some(Conflict::NationalIds));
    // The first of January is no day that could be a slip, nor one that could be shared.
    let (father, son) = (
        sum("birth_date", &["1895-01-01"]),
        sum("birth_date", &["1921-01-01"]),
    );
    assert_eq!(father.conflict(&son), Some(Conflict::BirthDates));
}

#[test]
fn two_birth_dates_that_are_each_stated_twice_are_of_two() {
    let stated = |date: &str, email: &str| {
        let home = [
            ("first_name", "Imogen"),
            ("last_name", "Akroyd"),
            ("address", "6 Elm St"),
        ];
        person(&[home.as_slice(), &[("birth_date", date), ("email", email)]].concat())
    };
    let settled = |times: [usize; 2], email: &str| {
        let [old, young] = ["1954-03-31", "1990-11-12"].map(|date| stated(date, email));
        let [old_ones, young_ones] = [(&old, times[0]), (&young, times[1])].map(|(one, times)| {
            let mut sum = Summary::of(one);
            (1..times).for_each(|_| sum.absorb(&Summary::of(one)));
            sum
        });
        assert_eq!(old_ones.conflict(&young_ones), Some(Conflict::BirthDates));
        let score = compare(&old, &young, &Weights::standard());
        assert_eq!(score.conflict, None);
        score.settles(Conflict::BirthDates, (&old_ones, &young_ones))
    };
    assert!(settled([1, 1], ""));
    assert!(settled([3, 1], ""));
    assert!(!settled([2, 2], ""));
    assert!(settled([2, 2], "akroyd71@mail.com"));
}

#[test]
fn father_and_son_are_two() {
    let father = person(&[
        ("first_name", "David"),
        ("last_name", "Dobbins Sr"),
        ("postcode", "23208"),
    ]);
    let son = person(&[
        ("first_name", "David"),
        ("last_name", "Dobbins Jr"),
        ("postcode", "23208"),
    ]);
    assert_eq!(
        compare(&father, &son, &Weights::standard()).conflict,
        Some(Conflict::Suffix)
    );
}

#[test]
fn a_suffix_is_wrong_where_no_two_generations_could_be() {
    let david = |suffix: &str, date: &str, more: &[(&str, &str)]| {
        let name = format!("Dobbins {suffix}");
        let stated = [
            ("first_name", "David"),
            ("last_name", &name),
            ("birth_date", date),
        ];
        person(&[&stated, more].concat())
    };
    let conflict = |suffixes: [&str; 2], dates: [&str; 2], more: &[(&str, &str)]| {
        let [a, b] = [0, 1].map(|at: usize| david(suffixes[at], dates[at], more));
        compare(&a, &b, &Weights::standard()).conflict
    };
    let (home, id) = ([("address", "6 Elm St")], [("national_id", "675791449")]);
    let (day, other) = ("1954-03-31", "1990-11-12");
    // Nobody is born on his son's birthday and lives with him, or has his number.
    assert_eq!(conflict(["Sr", "Jr"], [day, day], &home), None);
    assert_eq!(conflict(["Sr", "Jr"], [day, day], &id), None);
    assert_eq!(conflict(["Sr", "Jr"], [day, day], &[]), Some(Conflict::Suffix));
    // Of one generation, or with one number, a birth date is wrong.
    assert_eq!(conflict(["Sr", "Sr"], [day, other], &home), None);
    assert_eq!(conflict(["", "Jr"], [day, other], &[home[0], id[0]]), None);
    assert_eq!(
        conflict(["", "Jr"], [day, other], &home),
        Some(Conflict::BirthDates)
    );
}

#[test]
fn exchanged_names_that_many_have_say_little_and_so_does_an_address_made_of_them() {
    let total = |one: [&str; 2], emails: [&str; 2]| {
        let [straight, crossed] = [one, [one[1], one[0]]];
        let of = |names: [&str; 2], email| {
            person(&[
                ("first_name", names[0]),
                ("last_name", names[1]),
                ("email", email),
            ])
        };
        compare(
            &of(straight, emails[0]),
            &of(crossed, emails[1]),
            &Weights::standard(),
        )
        .total
    };
    let made_of_it = ["jjones@jones.com", "jjones@fmail.com"];
    let (common, rare) = (
        total(["Jay", "Jones"], made_of_it),
        total(["Jay", "Akroyd"], made_of_it),
    );
    // A name that many have weighs less, in whichever place it stands.
    assert!(common < rare, "{common} {rare}");
    // With nothing else they are names alone, for all that the addresses begin alike.
    assert!(common < Bits::whole(8), "{common}");
    let beside = total(["Jay", "Jones"], ["jj1977@jones.com", "jj1977@fmail.com"]);
    assert!(beside > common + Bits::whole(8), "{beside} {common}");
}

proptest! {
    #[test]
    fn comparing_is_symmetric_and_adds_up(a in somebody(), b in somebody()) {
        let weights = Weights::standard();
        let score = compare(&a, &b, &weights);
        prop_assert_eq!(&compare(&b, &a, &weights), &score);
        prop_assert_eq!(score.terms.iter().map(|term| term.weight).sum::<Bits>(), score.total);
    }

    #[test]
    fn nobody_is_more_alike_than_oneself(a in somebody(), b in somebody()) {
        let weights = Weights::standard();
        let (own, other) = (compare(&a, &a, &weights), compare(&a, &b, &weights));
        prop_assert_eq!(own.conflict, None);
        prop_assert_eq!(Summary::of(&a).conflict(&Summary::of(&a)), None);
        prop_assert!(own.total >= other.total, "{:?} {:?}", own, other);
    }

    #[test]
    fn a_summary_knows_no_order(people in prop::collection::vec(somebody(), 1..6), other in somebody()) {
        let fold = |people: &mut dyn Iterator<Item = &Person>| {
            people.map(Summary::of).fold(Summary::default(), |mut sum, one| { sum.absorb(&one); sum })
        };
        let (forth, back) = (fold(&mut people.iter()), fold(&mut people.iter().rev()));
        let other = Summary::of(&other);
        prop_assert_eq!(forth.conflict(&other), other.conflict(&forth));
        prop_assert_eq!(&forth, &back);
    }

    #[test]
    fn keys_are_few_sorted_and_of_content_alone(a in somebody()) {
        let keys = blocking_keys(&a);
        prop_assert_eq!(&blocking_keys(&a.clone()), &keys);
        prop_assert!(keys.is_sorted_by(|a, b| a < b) && keys.len() <= 22);
    }
}
