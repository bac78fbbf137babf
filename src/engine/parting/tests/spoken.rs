//! Of two words that contradict each other the later holds, also where they were said at two partitions before anybody knew that
//! they are about the same people.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::Event,
        identifier::{Kind, Trust},
        identity::{IdentityRules, Key},
    },
    engine::{
        api::{Answer, Command, Statement, Target},
        parting::tests::{
            traced::links,
            world::{Place, World, event},
        },
        queries::query::{Address, Found},
    },
    store::ProfileId,
};

const E_MAILS: [&str; 2] = ["ann@example.org", "ben@example.org"];
const PHONES: [&str; 2] = ["+989121111111", "+989122222222"];

fn keys(kind: &Kind, values: [&str; 2]) -> [Key; 2] {
    values.map(|value| Key {
        kind: kind.clone(),
        value: value.to_owned(),
    })
}

/// Somebody who gave each of these.
fn known(source: &str, kind: &Kind, values: [&str; 2]) -> Vec<Event> {
    let by = |value| event(value, source, 1, &[(kind.clone(), value, Trust::Verified)]);
    values.map(by).into()
}

/// That each e-mail and a phone number are of one customer.
fn joined() -> Vec<Event> {
    let pairs = E_MAILS.into_iter().zip(PHONES);
    let both = pairs.map(|(email, phone)| {
        let named = [
            (Kind::EMAIL, email, Trust::Verified),
            (Kind::PHONE, phone, Trust::Verified),
        ];
        event(email, "Signed Up", 2, &named)
    });
    both.collect()
}

fn say(place: &Place, id: &str, is_same: bool, of: [Key; 2]) {
    let (of, statement) = (of.map(Target::Identifier), Statement::default());
    let command = match is_same {
        true => Command::Merge { of, statement },
        false => Command::Separate { of, statement },
    };
    let said = place.command(id, command).unwrap();
    assert!(matches!(said, Answer::Said { .. }));
}

/// The persons that there are in the end, as the ids that each value leads to.
fn persons(place: &Place) -> Vec<ProfileId> {
    let [emails, phones] =
        [(Kind::EMAIL, E_MAILS), (Kind::PHONE, PHONES)].map(|(kind, values)| keys(&kind, values));
    let query = place.query();
    emails
        .into_iter()
        .chain(phones)
        .map(|key| match query.find(&Address::Identifier(key)).unwrap() {
            Found::One(profile) => profile,
            found => panic!("{found:?}"),
        })
        .collect()
}

/// One of the words, behind more others than will be said of the rest.
fn first_word(place: &Place, is_apart: bool) {
    for number in 0..3 {
        let id = format!("before-{number}");
        say(place, &id, true, keys(&Kind::USER_ID, ["x", "y"]));
    }
    second_word(place, is_apart);
}

fn second_word(place: &Place, is_apart: bool) {
    match is_apart {
        true => say(place, "apart", false, keys(&Kind::EMAIL, E_MAILS)),
        false => say(place, "same", true, keys(&Kind::PHONE, PHONES)),
    }
}

#[test]
fn the_later_word_holds_wherever_it_was_said() {
    let mut ends = BTreeSet::new();
    for is_apart_first in [true, false] {
        let world = World::new(&IdentityRules::standard());
        let [q, p, one] = [("q", 0), ("p", 1), ("one", 1)].map(|(name, index)| {
            // By the clock that goes.
            world.again(world.place(name, index))
        });
        let (emails, phones) = (
            known("Form Sent", &Kind::EMAIL, E_MAILS),
            known("Call Started", &Kind::PHONE, PHONES),
        );
        let others = known("Signed In", &Kind::USER_ID, ["x", "y"]);
        p.submit(emails.clone());
        q.submit(phones.clone());
        one.submit([emails, phones.clone()].concat());
        let (first, second) = match is_apart_first {
            true => (&p, &q),
            false => (&q, &p),
        };
        for place in [first, &one] {
            place.submit(others.clone());
            world.advance(1_000);
            first_word(place, is_apart_first);
        }
        world.advance(1_000);
        for place in [second, &one] {
            second_word(place, !is_apart_first);
        }
        for place in [&q, &p, &one] {
            world.settle(place);
        }
        world.carry_linked(&q, &p, &links(&q, &phones));
        for place in [&p, &one] {
            place.submit(joined());
            world.settle(place);
        }
        let persons = [&p, &one].map(persons);
        let [end, expected] = &persons;
        assert_eq!(end, expected, "as in one engine; apart first: {is_apart_first}");
        ends.insert(end[0] == end[1]);
        // What is said next is said later than what was heard of.
        world.advance(1_000);
        for place in [&p, &one] {
            say(place, "last", true, keys(&Kind::EMAIL, E_MAILS));
            world.settle(place);
        }
        let end = self::persons(&p);
        assert_eq!(end[0], end[1]);
        for place in [q, p, one] {
            place.stop();
        }
    }
    assert_eq!(ends, BTreeSet::from([true, false]), "which is said later decides");
}
