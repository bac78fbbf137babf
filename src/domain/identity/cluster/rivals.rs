//! Who fits two that are not one: a record without a birth date between a father and his namesake son.
//!
//! Owns [`Rivals`]. Of two unions that are equally likely, one at least is wrong, and it would give one person's data to
//! another: so neither is made. Decides nothing else, and reads what [`super::forest`] has united so far.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    identity::cluster::{Likeness, forest::Forest},
    similarity::Bits,
};

/// How many records make one that says otherwise a stray.
const STRAYS: usize = 4;

/// Whom each node is like, and how much.
pub(super) struct Rivals {
    alike: BTreeMap<usize, Vec<(usize, Bits)>>,
}

impl Rivals {
    pub(super) fn of(likenesses: &[Likeness]) -> Self {
        let mut alike: BTreeMap<usize, Vec<(usize, Bits)>> = BTreeMap::new();
        for one in likenesses {
            alike.entry(one.a).or_default().push((one.b, one.bits));
            alike.entry(one.b).or_default().push((one.a, one.bits));
        }
        Self { alike }
    }

    /// Whether one of the two persons that `likeness` would unite is no less like a third, who is clearly not the other
    /// of the two.
    pub(super) fn dispute(&self, forest: &Forest<'_>, likeness: Likeness) -> bool {
        let Likeness { a, b, bits } = likeness;
        self.claimed(forest, (a, b), bits) || self.claimed(forest, (b, a), bits)
    }

    /// Whether somebody who is not the person of `other` has as good a claim to the person of `one`. A stray record
    /// beside one that many bear out has not: most likely it is a slip of the very same person.
    fn claimed(&self, forest: &Forest<'_>, (one, other): (usize, usize), bits: Bits) -> bool {
        let links = forest
            .told(one)
            .filter_map(|index| self.alike.get(&index))
            .flatten();
        let as_good = links.filter(|(_, likeness)| *likeness >= bits);
        let mut supported: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (index, _) in as_good {
            supported.entry(forest.root(*index)).or_default().insert(*index);
        }
        supported.remove(&forest.root(one));
        let own = supported.remove(&forest.root(other)).map_or(0, |own| own.len());
        let mut thirds = supported
            .into_iter()
            .filter(|(_, support)| support.len().saturating_mul(STRAYS) >= own);
        thirds.any(|(third, _)| forest.are_two(third, other) && !forest.are_two(third, one))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        fact::Facts,
        identity::{
            claim::{Claim, Owner},
            cluster::{Likeness, Node, Reason, Verdict, cluster},
            rules::IdentityRules,
        },
        similarity::{Bits, Person},
        value::Value,
    };

    fn claim(birth_date: &str) -> Claim {
        let stated = [
            ("first_name", "Imogen"),
            ("last_name", "Akroyd"),
            ("birth_date", birth_date),
        ];
        let texts = stated.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned())));
        Claim {
            asserted: Vec::new(),
            owner: Owner::Nobody,
            alias_of: None,
            signs_out: false,
            alone: None,
            facts: Facts::of(&texts.into()),
        }
    }

    /// The persons among those born on these dates who are so much alike, and how many unions rivals disputed.
    fn persons(dates: &[&str], likenesses: &[(usize, usize, i64)]) -> (Vec<Vec<usize>>, usize) {
        let claims: Vec<Claim> = dates.iter().map(|date| claim(date)).collect();
        let people: Vec<Person> = claims
            .iter()
            .map(|claim| Person::new(&claim.facts, [], []))
            .collect();
        let node = |(claim, person)| Node {
            claim,
            keys: Vec::new(),
            person: Some(person),
            named: None,
        };
        let nodes: Vec<Node<'_>> = claims.iter().zip(&people).map(node).collect();
        let alike = |(a, b, bits): &(usize, usize, i64)| Likeness {
            a: *a,
            b: *b,
            bits: Bits::whole(*bits),
        };
        let likenesses: Vec<Likeness> = likenesses.iter().map(alike).collect();
        let found = cluster(&nodes, &likenesses, &[], &[], &IdentityRules::standard());
        let disputed = Verdict::Refused(Reason::Ambiguous);
        let disputed = found.evidence.iter().filter(|one| one.verdict == disputed);
        (found.persons, disputed.count())
    }

    #[test]
    fn who_fits_two_namesakes_joins_neither() {
        let dates = ["1954-03-31", "1990-11-12", ""];
        let (found, disputed) = persons(&dates, &[(0, 2, 25), (1, 2, 25)]);
        assert_eq!((found, disputed), (vec![vec![0], vec![1], vec![2]], 2));
        let (found, disputed) = persons(&dates, &[(0, 2, 26), (1, 2, 25)]);
        assert_eq!((found, disputed), (vec![vec![0, 2], vec![1]], 0));
    }

    #[test]
    fn a_stray_record_disputes_nothing_that_many_bear_out() {
        let often = |times: usize| {
            let mut dates = vec!["1990-11-12"; times];
            dates.extend(["1954-03-31", ""]);
            let (stray, dateless) = (times, times + 1);
            let inside = (1..times).map(|place| (0, place, 40));
            let outside = (0..=stray).map(|place| (place, dateless, 25));
            persons(&dates, &inside.chain(outside).collect::<Vec<_>>())
        };
        assert_eq!(often(4).0.len(), 3, "one of five may be right");
        assert_eq!(often(5).0, vec![vec![0, 1, 2, 3, 4, 6], vec![5]]);
    }

    #[test]
    fn who_fits_one_person_twice_joins_them() {
        let dates = ["1954-03-31", "1990-11-12", "", "1990-11-12"];
        let alike = [(1, 2, 25), (2, 3, 25), (1, 3, 40)];
        assert_eq!(persons(&dates, &alike), (vec![vec![0], vec![1, 2, 3]], 0));
    }
}
