//! How an expression finds what it names: owns which variables there are. Each is made when it is asked for.

use cel::{
    ExecutionError,
    common::{
        traits::Indexer,
        types::{CelBool, CelInt, CelList, CelString, Type},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};

use crate::{
    decide::rule::{
        condition::{
            call::{self, Answer, Call, Turn, Until},
            given, map,
            seen::{self, Member, Seen},
        },
        facts::Facts,
        reads::Part,
    },
    domain::time::Timestamp,
};

/// The variables but for `traits` and `segments`, and the part that each shows.
pub(super) const VARIABLES: [(&str, Part); 14] = [
    ("bought", Part::Bought),
    ("cart", Part::Cart),
    ("consent", Part::Consent),
    ("counters", Part::Counters),
    ("event", Part::Event),
    ("kinds", Part::Kinds),
    ("matter", Part::Matter),
    ("offers", Part::Offers),
    ("orders", Part::Orders),
    ("then", Part::Then),
    ("tickets", Part::Tickets),
    ("totals", Part::Totals),
    ("value", Part::Value),
    ("wishlist", Part::Wishlist),
];

/// What one evaluation looks at.
pub(super) struct Look<'a> {
    pub(super) facts: &'a Facts<'a>,
    /// What is asked of the history, in the order in which the expression names it.
    pub(super) calls: &'a [Call],
    pub(super) until: Until,
}

/// The name under which an expression has the call of this number: none that can be written.
pub(super) fn call_name(number: usize) -> String {
    format!("@{number}")
}

/// The number of the call of this name.
pub(super) fn call_number(name: &str) -> Option<usize> {
    name.strip_prefix('@')?.parse().ok()
}

impl VariableResolver for Look<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(number) = call_number(variable) {
            return self.called(self.calls.get(number)?).map(CowVal::Owned);
        }
        let member = match variable.split_once('.') {
            None => return self.variable(variable).map(CowVal::Owned),
            Some(("totals", name)) => seen::of_totals(&self.facts.profile.totals(), name),
            Some((root, path)) => {
                path.split('.')
                    .try_fold(Member::Seen(self.seen(root)?), |at, name| match at {
                        Member::Seen(seen) => seen.member(name),
                        Member::Plain(_) => None,
                    })
            }
        };
        Some(CowVal::Owned(member?.into_val()))
    }
}

impl<'a> Look<'a> {
    fn called<'b>(&'b self, call: &'b Call) -> Option<Box<dyn Val + 'b>> {
        if let Call::Age(turn) = call {
            return Some(Box::new(Aging {
                now: self.facts.now,
                turn: *turn,
                until: &self.until,
            }));
        }
        Some(match call.answer(self.facts, &self.until)? {
            Answer::Number(number) => Box::new(CelInt::from(number)),
            Answer::Truth(truth) => Box::new(CelBool::from(truth)),
        })
    }

    /// A variable with members that are made one by one.
    fn seen(&self, name: &str) -> Option<Seen<'a>> {
        let profile = self.facts.profile;
        Some(match name {
            "event" => Seen::Event(self.facts.event),
            "then" => Seen::Event(self.facts.then),
            "traits" => Seen::Traits(&profile.whole.traits),
            "value" => Seen::Value(self.facts.value),
            "consent" => Seen::Consent(&profile.consent),
            "counters" => Seen::Counters(&profile.whole),
            _ => return None,
        })
    }

    fn variable(&self, name: &str) -> Option<Box<dyn Val + 'a>> {
        if let Some(seen) = self.seen(name) {
            return Some(Member::Seen(seen).into_val());
        }
        let profile = self.facts.profile;
        Some(match name {
            "cart" => list(
                profile
                    .cart()
                    .into_iter()
                    .map(|(id, line)| Seen::Line(id, &line.value)),
            ),
            "wishlist" => list(
                profile
                    .wishlist()
                    .into_iter()
                    .map(|(id, line)| Seen::Line(id, &line.value)),
            ),
            "orders" => {
                let open = profile.orders().into_iter().filter(|order| order.state.open());
                list(open.map(Seen::Order))
            }
            "tickets" => list(
                profile
                    .open_tickets()
                    .into_iter()
                    .map(|(id, ticket)| Seen::Ticket(id, &ticket.value, profile.is_complaint(id))),
            ),
            "offers" => list(profile.offers().into_iter().map(Seen::Offer)),
            "bought" => texts(profile.bought().into_iter().map(|(product, _)| product)),
            "segments" => texts(self.facts.segments.iter().map(String::as_str)),
            "kinds" => {
                let mut kinds: Vec<&str> = profile.identifiers.keys().map(|key| key.kind.as_str()).collect();
                kinds.dedup();
                texts(kinds.into_iter())
            }
            "matter" => Box::new(CelString::from(self.facts.matter)),
            "totals" => {
                let totals = profile.totals();
                let named = ["orders", "revenue"].into_iter().filter_map(|name| {
                    Some((CelString::from(name), seen::of_totals(&totals, name)?.into_val()))
                });
                Box::new(map::plain(named))
            }
            _ => return None,
        })
    }
}

fn list<'a>(members: impl Iterator<Item = Seen<'a>>) -> Box<dyn Val + 'a> {
    let members: Vec<Box<dyn Val + 'a>> = members.map(|seen| Member::Seen(seen).into_val()).collect();
    Box::new(CelList::from(members))
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Box<dyn Val + 'a> {
    let texts: Vec<Box<dyn Val + 'a>> = texts.map(|text| seen::text(text).into_val()).collect();
    Box::new(CelList::from(texts))
}

/// Tells how long ago a time is that it is indexed with: `age(x)` stands as this at `x`.
#[derive(Clone, Copy, Debug)]
struct Aging<'a> {
    now: Timestamp,
    turn: Turn,
    until: &'a Until,
}

static AGING: Type = Type::new_unspecified_type("age");

impl Val for Aging<'_> {
    fn get_type(&self) -> &Type {
        &AGING
    }

    fn cel_type() -> &'static Type {
        &AGING
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Aging<'_> {
    fn of(&self, time: &dyn Val) -> Result<CelInt, ExecutionError> {
        let written = time.downcast_ref::<CelString<'_>>();
        let then = match (time.downcast_ref::<CelInt>(), written) {
            (Some(seconds), _) => Some(call::time(*seconds.inner())),
            (None, Some(text)) => given::time(text.inner()),
            (None, None) => None,
        };
        let then = then.ok_or_else(|| ExecutionError::function_error("age", "no time"))?;
        Ok(CelInt::from(call::age(then, self.now, self.turn, self.until)))
    }
}

impl Indexer for Aging<'_> {
    fn get<'b, 'v>(&'b self, time: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.of(time).map(CowVal::owned)
    }

    fn steal<'v>(self: Box<Self>, time: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.of(time).map(|age| Box::new(age) as Box<dyn Val + 'v>)
    }
}
