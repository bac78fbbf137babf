//! The comparison: what the fields of two persons say about their being one.
//!
//! Owns [`compare`] and its rules between fields: exchanged names, towns that a postcode already tells, the household.
//! Never looks beyond the two claims.

use std::cmp::Reverse;

use crate::domain::similarity::{
    bits::Bits,
    conflict::{self, Conflict},
    field::{Field, Level},
    name::Name,
    person::Person,
    place,
    summary::Summary,
    weights::Weights,
};

/// What one field said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The field.
    pub field: Field,
    /// How alike it was.
    pub level: Level,
    /// What that weighs.
    pub weight: Bits,
}

/// What all fields said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// The sum of the terms.
    pub total: Bits,
    /// What each field said, in the order of fields: the explanation.
    pub terms: Vec<Term>,
    /// What forbids a link whatever the total is.
    pub conflict: Option<Conflict>,
}

impl Score {
    fn add(&mut self, field: Field, level: Level, weight: Bits) {
        self.total += weight;
        self.terms.push(Term { field, level, weight });
    }

    fn level(&self, field: Field) -> Option<Level> {
        self.terms
            .iter()
            .find(|term| term.field == field)
            .map(|term| term.level)
    }

    /// Whether the two were compared in what `conflict` between their clusters is about: then the comparison has weighed
    /// it, and what else the clusters hold need not. Where in either cluster two members agree on their birth date, both
    /// dates are right: only what generations do not share speaks louder. Two national ids of which that is true are two
    /// people's.
    #[must_use]
    pub fn settles(&self, conflict: Conflict, (one, other): (&Summary, &Summary)) -> bool {
        let dated = one.agrees_on_a_birth_date() && other.agrees_on_a_birth_date();
        if conflict == Conflict::BirthDates && dated && !self.agrees_on_its_own() {
            return false;
        }
        let identified = one.agrees_on_a_national_id() && other.agrees_on_a_national_id();
        if conflict == Conflict::NationalIds && identified {
            return false;
        }
        let field = match conflict {
            // Whoever is misnamed is judged by all that a cluster says of its name.
            Conflict::GivenNames => return false,
            Conflict::BirthDates => Field::Birth,
            Conflict::Suffix => Field::Suffix,
            Conflict::NationalIds => Field::National,
        };
        self.level(field).is_some()
    }

    /// Whether they agree on something that members of a family seldom share: an e-mail address, a national id.
    fn agrees_on_its_own(&self) -> bool {
        let own = [Field::Email, Field::National];
        own.into_iter()
            .any(|field| self.level(field) == Some(Level::Equal))
    }

    fn forbid(&mut self, conflict: Conflict) {
        self.conflict = self.conflict.or(Some(conflict));
    }
}

/// What a name weighs less than most when so many have it that it tells nobody.
const COMMON: Bits = Bits::whole(2);

/// Compares `a` and `b`; the other way round it is the same.
#[must_use]
pub fn compare(a: &Person, b: &Person, weights: &Weights) -> Score {
    let mut score = Score {
        terms: Vec::with_capacity(12),
        ..Score::default()
    };
    names(a, b, weights, &mut score);
    plain(a, b, weights, &mut score);
    places(a, b, weights, &mut score);
    contacts(a, b, weights, &mut score);
    household(&mut score);
    contradictions(a, b, weights, &mut score);
    names_alone(weights, &mut score);
    score
}

/// The two names as they stand, or exchanged where that says more.
fn names(a: &Person, b: &Person, weights: &Weights, score: &mut Score) {
    let straight = Pairing::of((&a.given, &b.given), (&a.family, &b.family), weights);
    let crossed = Pairing::crossed(a, b, weights);
    let exchanged = weights.of(Field::Order, Level::Swapped);
    if crossed.one_close() && !straight.one_close() && crossed.total() + exchanged > straight.total() {
        crossed.into_score(score);
        score.add(Field::Order, Level::Swapped, exchanged);
        return;
    }
    let by_middle =
        straight.given.is_some_and(|given| given.0 == Level::Incompatible) && middle_is_given(a, b);
    straight.into_score(score);
    if by_middle && let Some(term) = score.terms.first_mut() {
        // Somebody goes by the middle name.
        score.total = score.total - term.weight;
        *term = Term {
            field: Field::Given,
            level: Level::Different,
            weight: Bits::ZERO,
        };
    }
    if let Some((a, b)) = a.middle.as_ref().zip(b.middle.as_ref())
        && let Some(level) = a.as_given(b)
    {
        let level = match level {
            Level::Nickname | Level::Close => Level::Near,
            Level::Incompatible => Level::Different,
            level => level,
        };
        score.add(Field::Middle, level, weights.of(Field::Middle, level));
    }
}

struct Pairing {
    given: Option<(Level, Bits)>,
    family: Option<(Level, Bits)>,
}

type Two<'a> = (&'a Option<Name>, &'a Option<Name>);

impl Pairing {
    fn of(given: Two<'_>, family: Two<'_>, weights: &Weights) -> Self {
        let one = |field, two: Two<'_>, level: fn(&Name, &Name) -> Option<Level>| {
            let (a, b) = (two.0.as_ref()?, two.1.as_ref()?);
            let level = level(a, b)?;
            let equal = weights.of_value(field, &a.text);
            // A spelling of a common name is no more telling than the name.
            let weight = match level {
                Level::Equal => equal,
                level => weights
                    .of(field, level)
                    .min(equal)
                    .min(weights.of_value(field, &b.text)),
            };
            Some((level, weight))
        };
        Self {
            given: one(Field::Given, given, Name::as_given),
            family: one(Field::Family, family, Name::as_family),
        }
    }

    /// Each one's given name beside the other's family name, the more alike as the given name: it is not told which of
    /// the two exchanged them. A name that many have, in whichever place, says as little as where it belongs.
    fn crossed(a: &Person, b: &Person, weights: &Weights) -> Self {
        let common = |name: &Name| {
            let beyond = |field| weights.of_value(field, &name.text) - weights.of(field, Level::Equal);
            beyond(Field::Given).min(beyond(Field::Family)).min(Bits::ZERO)
        };
        let two = |a: &Option<Name>, b: &Option<Name>| {
            let (a, b) = (a.as_ref()?, b.as_ref()?);
            Some((a.as_given(b)?, Reverse(common(a).min(common(b)))))
        };
        let weigh = |field, (level, Reverse(common)): (Level, Reverse<Bits>)| {
            let weight = weights.of(field, level);
            (level, (weight + common).max(weight.min(Bits::ZERO)))
        };
        let mut both = [two(&a.given, &b.family), two(&a.family, &b.given)];
        both.sort_unstable();
        let [given, family] = both;
        Self {
            given: given.map(|two| weigh(Field::Given, two)),
            family: family.map(|two| weigh(Field::Family, two)),
        }
    }

    fn total(&self) -> Bits {
        let weight = |one: Option<(Level, Bits)>| one.map_or(Bits::ZERO, |one| one.1);
        weight(self.given) + weight(self.family)
    }

    /// Whether one of the names is the same, or almost.
    fn one_close(&self) -> bool {
        let close =
            |one: Option<(Level, Bits)>| one.is_some_and(|one| matches!(one.0, Level::Equal | Level::Close));
        close(self.given) || close(self.family)
    }

    fn into_score(self, score: &mut Score) {
        for (field, one) in [(Field::Given, self.given), (Field::Family, self.family)] {
            if let Some((level, weight)) = one {
                score.add(field, level, weight);
            }
        }
    }
}

/// Whether one's given name is the other's middle name.
fn middle_is_given(a: &Person, b: &Person) -> bool {
    let is = |given: &Option<Name>, middle: &Option<Name>| {
        let level = given
            .as_ref()
            .zip(middle.as_ref())
            .and_then(|(given, middle)| given.as_given(middle));
        matches!(
            level,
            Some(Level::Equal | Level::Nickname | Level::Close | Level::Near | Level::Initial)
        )
    };
    is(&a.given, &b.middle) || is(&b.given, &a.middle)
}

/// Suffix, birth date and national id: each stands for itself.
fn plain(a: &Person, b: &Person, weights: &Weights, score: &mut Score) {
    if let Some((a, b)) = a.suffix.as_ref().zip(b.suffix.as_ref())
        && let Some(level) = conflict::suffix(a, b)
    {
        score.add(Field::Suffix, level, weights.of(Field::Suffix, level));
    }
    if let Some((a, b)) = a.birth.as_ref().zip(b.birth.as_ref()) {
        let level = a.level(b);
        score.add(Field::Birth, level, weights.of(Field::Birth, level));
    }
    if let Some((a, b)) = a.national.as_ref().zip(b.national.as_ref()) {
        let level = conflict::national(a, b);
        score.add(Field::National, level, weights.of(Field::National, level));
    }
}

/// Postcode, address, town and region: the wider area says nothing more where the narrower agrees.
fn places(a: &Person, b: &Person, weights: &Weights, score: &mut Score) {
    let whole = weights.of(Field::Postcode, Level::Equal);
    let mut left = whole + weights.of(Field::City, Level::Equal) + weights.adjustment_max.0;
    if let Some((a, b)) = a.postcode.as_ref().zip(b.postcode.as_ref()) {
        let level = place::postcode(a, b);
        let weight = weights.of(Field::Postcode, level);
        score.add(Field::Postcode, level, weight);
        left = whole - weight;
    }
    if let Some((a, b)) = a.street.as_ref().zip(b.street.as_ref())
        && let Some(level) = a.level(b)
    {
        score.add(Field::Address, level, weights.of(Field::Address, level));
    }
    if let Some((a, b)) = a.city.as_ref().zip(b.city.as_ref()) {
        let level = place::city(a, b);
        let weight = match level {
            Level::Equal => weights.of_value(Field::City, a),
            level => weights.of(Field::City, level),
        };
        // Postcode and town say no more than the same postcode does.
        let weight = weight.min(left);
        score.add(Field::City, level, weight);
    } else if let Some((a, b)) = a.region.as_ref().zip(b.region.as_ref())
        && left > Bits::ZERO
    {
        let level = if a == b { Level::Equal } else { Level::Different };
        score.add(Field::Region, level, weights.of(Field::Region, level));
    }
}

/// The most alike of their addresses and of their numbers.
fn contacts(a: &Person, b: &Person, weights: &Weights, score: &mut Score) {
    let names = [&a.given, &a.family, &b.given, &b.family];
    let emails = a.emails.iter().flat_map(|a| {
        b.emails.iter().map(|b| match a.level(b) {
            // Many of one name choose the same user part.
            Level::UserPart if names.into_iter().flatten().any(|name| a.is_made_of(&name.text)) => {
                Level::Overlap
            }
            level => level,
        })
    });
    let phones = a.phones.iter().flat_map(|a| b.phones.iter().map(|b| a.level(b)));
    let best = |field, levels: &mut dyn Iterator<Item = Level>| {
        levels.map(|level| (weights.of(field, level), level)).max()
    };
    if let Some((weight, level)) = best(Field::Email, &mut { emails }) {
        score.add(Field::Email, level, weight);
    }
    if let Some((weight, level)) = best(Field::Phone, &mut { phones }) {
        score.add(Field::Phone, level, weight);
    }
}

/// People of one household share a family name, an address, a telephone: none of it says that they are one. A birth
/// date they do not share.
fn household(score: &mut Score) {
    if score.level(Field::Given) != Some(Level::Incompatible)
        || score.level(Field::Birth) == Some(Level::Equal)
    {
        return;
    }
    for term in &mut score.terms {
        let shared = matches!(
            term.field,
            Field::Family | Field::Postcode | Field::Address | Field::City | Field::Region | Field::Phone
        );
        if shared && term.weight > Bits::ZERO {
            score.total = score.total - term.weight;
            term.weight = Bits::ZERO;
        }
    }
    score.forbid(Conflict::GivenNames);
}

/// Two birth dates forbid a link, and so do two national ids or suffixes, unless the rest says that one of them is
/// wrong or borrowed.
fn contradictions(a: &Person, b: &Person, weights: &Weights, score: &mut Score) {
    let named = named_alike(weights, score);
    let near = matches!(score.level(Field::Postcode), Some(Level::Equal | Level::OneEdit))
        && matches!(
            score.level(Field::Address),
            Some(Level::StreetOnly | Level::Overlap)
        );
    let reached = near
        || matches!(score.level(Field::Address), Some(Level::Equal | Level::Close))
        || matches!(
            score.level(Field::Email),
            Some(Level::Equal | Level::OneEdit | Level::UserPart)
        )
        || matches!(score.level(Field::Phone), Some(Level::Equal))
        || matches!(score.level(Field::National), Some(Level::Equal | Level::OneEdit));
    // Father and son live together and have one name. What they do not share is a birth date or a national id.
    let born = score.level(Field::Birth) == Some(Level::Equal);
    let known = score.level(Field::National) == Some(Level::Equal);
    let home = matches!(score.level(Field::Address), Some(Level::Equal | Level::Close));
    if score.level(Field::Suffix) == Some(Level::Different) && !(born && (home || known)) {
        score.forbid(Conflict::Suffix);
    }
    let generations = a.suffix != b.suffix && !known;
    if score.level(Field::Birth) == Some(Level::Incompatible) && (!(named && reached) || generations) {
        score.forbid(Conflict::BirthDates);
    }
    if score.level(Field::National) == Some(Level::Incompatible) && !(named && born) {
        score.forbid(Conflict::NationalIds);
    }
}

/// Whether the names agree, and are not so common that many would.
fn named_alike(weights: &Weights, score: &Score) -> bool {
    let given = match score.level(Field::Given) {
        None => matches!(score.level(Field::Family), Some(Level::Equal | Level::Close)),
        Some(level) => matches!(level, Level::Equal | Level::Nickname | Level::Close),
    };
    let family = matches!(
        score.level(Field::Family),
        None | Some(Level::Equal | Level::Nickname | Level::Close | Level::Near)
    );
    let equal = score.terms.iter().filter(|term| term.level == Level::Equal);
    let of_names = equal.filter(|term| matches!(term.field, Field::Given | Field::Family));
    let adjusted: Bits = of_names
        .map(|term| term.weight - weights.of(term.field, Level::Equal))
        .sum();
    given && family && adjusted > -COMMON
}

/// Many people have one name: where nothing else agrees, it is no evidence of one of them. Nor is an e-mail address
/// that is made of it.
fn names_alone(weights: &Weights, score: &mut Score) {
    let of_names = |term: &Term| match term.field {
        Field::Given | Field::Middle | Field::Family | Field::Order | Field::Suffix => true,
        Field::Email => term.level == Level::Overlap,
        _ => false,
    };
    let other = score
        .terms
        .iter()
        .any(|term| !of_names(term) && term.weight > Bits::ZERO);
    if !other && score.total > Bits::ZERO {
        score.add(Field::Names, Level::Alone, weights.of(Field::Names, Level::Alone));
    }
}
