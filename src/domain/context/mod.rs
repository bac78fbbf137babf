//! The context: the view of a profile made for one consumer, small, masked by role and always of the same shape.
//!
//! The one place that says what a call centre, a till or a shop is told about a customer. [`view`] says which sections
//! a consumer gets and how much of each, [`person`] and [`matters`] read them off the profile, [`mask`] hides. Nothing
//! here knows JSON: `wire::out` writes a context down, for queries and for enriched events alike.
//!
//! A new view needs no code: it is a [`View`] from the configuration. A new section is a variant of [`Section`] and
//! of [`Content`], read off the profile in [`Content::of`].

pub mod attention;
pub mod avoid;
pub mod contradictions;
pub mod mask;
pub mod matters;
pub mod next_step;
pub mod person;
pub mod promises;
pub mod related;
#[cfg(test)]
pub(crate) mod samples;
pub mod session;
pub mod surroundings;
#[cfg(test)]
mod tests;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use crate::domain::context::{
    attention::Matter,
    avoid::Avoid,
    contradictions::{Contradiction, Saying},
    mask::Mask,
    matters::{
        Call, Interaction, Lines, Listed, Offer, OfferOnShelf, OnShelf, Order, Orders, ProductLine, Ticket,
    },
    next_step::NextStep,
    person::{Person, ShownIdentifier},
    promises::Promise,
    related::{ContactChannel, Coupon, Related},
    session::Session,
    surroundings::{Surroundings, Worth},
    view::{Section, View, ViewError},
};
use crate::domain::{
    profile::{
        Profile,
        consent::{Decision, Subject},
        dealings::Feeling,
        open::Totals,
    },
    time::Timestamp,
};

/// What one consumer is told about one customer: every section of its view, empty where nothing is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Context {
    /// The view's name.
    pub view: String,
    /// Whose it is; `None` where nobody, or nobody in particular, was found.
    pub whose: Option<Whose>,
    /// Whether nothing is told of them, since they did not agree to what the view is for.
    pub withheld: bool,
    /// The sections, in the view's order.
    pub sections: Vec<Content>,
}

/// The profile a context was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Its id.
    pub profile: String,
    /// Its version.
    pub version: u64,
}

/// One section's facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// [`Section::Person`].
    Person(Person),
    /// [`Section::Identifiers`].
    Identifiers(Listed<ShownIdentifier>),
    /// [`Section::Recent`], the latest first.
    Recent(Vec<Interaction>),
    /// [`Section::Cart`].
    Cart(Lines),
    /// [`Section::Wishlist`].
    Wishlist(Lines),
    /// [`Section::Orders`].
    Orders(Orders),
    /// [`Section::Tickets`]: those that are open.
    Tickets(Listed<Ticket>),
    /// [`Section::Offers`]: those that hold first.
    Offers(Listed<Offer>),
    /// [`Section::Call`]: the one that is going on.
    Call(Option<Call>),
    /// [`Section::Consent`].
    Consent(BTreeMap<Subject, Decision>),
    /// [`Section::Totals`].
    Totals(Totals),
    /// [`Section::Counters`].
    Counters(Counters),
    /// [`Section::Session`].
    Session(Option<Session>),
    /// [`Section::Mood`], the latest first.
    Mood(Vec<Feeling>),
    /// [`Section::Promises`].
    Promises(Listed<Promise>),
    /// [`Section::Avoid`].
    Avoid(Listed<Avoid>),
    /// [`Section::NextStep`].
    NextStep(NextStep),
    /// [`Section::Attention`].
    Attention(Vec<Matter>),
    /// [`Section::Contradictions`].
    Contradictions(Listed<Contradiction>),
    /// [`Section::Segments`].
    Segments(BTreeSet<String>),
    /// [`Section::Layout`].
    Layout(Option<String>),
    /// [`Section::Related`], the best first.
    Related(Vec<Related>),
    /// [`Section::Coupons`].
    Coupons(Listed<Coupon>),
    /// [`Section::ContactChannels`].
    ContactChannels(Vec<ContactChannel>),
}

/// How much is known of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// How many events.
    pub events: u64,
    /// Events by channel.
    pub by_channel: BTreeMap<String, u64>,
    /// When the customer was first seen.
    pub first_seen: Option<Timestamp>,
    /// When the customer was last seen.
    pub last_seen: Option<Timestamp>,
}

impl Context {
    /// What `view` tells about the profile of this id at this version, with what is known `around` it. `now` decides which offers
    /// still hold, what is overdue and whether a visit goes on; nothing else depends on it, so that an answer stays the same, to the
    /// byte, until something happens or ends.
    pub fn of(
        profile: &Profile,
        (id, version): (&str, u64),
        view: &View,
        around: &Surroundings,
        now: Timestamp,
    ) -> Self {
        let whose = Some(Whose {
            profile: id.to_owned(),
            version,
        });
        let withheld = view
            .purpose
            .as_ref()
            .is_some_and(|purpose| !profile.agreed_to(purpose));
        let told = match withheld {
            true => Self::nobodys(
                &profile.decisions_alone(),
                view,
                &Surroundings::default(),
                Timestamp::MIN,
            ),
            false => Self::nobodys(profile, view, around, now),
        };
        Self {
            whose,
            withheld,
            ..told
        }
    }

    /// The shape of `view` where nobody, or nobody in particular, was found: the same sections, all empty.
    pub fn empty(view: &View) -> Self {
        Self::nobodys(
            &Profile::default(),
            view,
            &Surroundings::default(),
            Timestamp::MIN,
        )
    }

    fn nobodys(profile: &Profile, view: &View, around: &Surroundings, now: Timestamp) -> Self {
        let sections = view
            .sections
            .iter()
            .map(|section| Content::of(*section, profile, view, around, now))
            .collect();
        Self {
            view: view.name.clone(),
            whose: None,
            withheld: false,
            sections,
        }
    }
}

impl Content {
    /// One section of `view`, read off `profile` and what is known `around` it.
    pub fn of(
        section: Section,
        profile: &Profile,
        view: &View,
        around: &Surroundings,
        now: Timestamp,
    ) -> Self {
        let most = view.lines_max;
        match section {
            Section::Person => Self::Person(Person::of(profile, view.mask)),
            Section::Identifiers => Self::Identifiers(person::identifiers(profile, view.mask, most)),
            Section::Recent => Self::Recent(matters::recent(profile, view.recent_max)),
            Section::Cart => Self::Cart(matters::on_shelf(&profile.cart(), around, now, most)),
            Section::Wishlist => Self::Wishlist(matters::on_shelf(&profile.wishlist(), around, now, most)),
            Section::Orders => Self::Orders(Orders::of(profile, most)),
            Section::Tickets => Self::Tickets(matters::tickets(profile, most)),
            Section::Offers => Self::Offers(matters::offers_on_shelf(profile, around, now, most)),
            Section::Call => Self::Call(matters::call(profile)),
            Section::Consent => Self::Consent(consent(profile)),
            Section::Totals => Self::Totals(profile.totals()),
            Section::Counters => Self::Counters(Counters::of(profile)),
            Section::Session => Self::Session(Session::of(profile, now, most)),
            Section::Mood => Self::Mood(mood(profile, view.recent_max)),
            Section::Promises => Self::Promises(promises::promises(profile, now, most)),
            Section::Avoid => Self::Avoid(avoid::avoid(profile, around, now, most)),
            Section::NextStep => Self::NextStep(NextStep::of(profile, around, now)),
            Section::Attention => Self::Attention(attention::attention(profile, now)),
            Section::Contradictions => {
                Self::Contradictions(contradictions::contradictions(profile, around, now, most))
            }
            Section::Segments => Self::Segments(around.segments.clone()),
            Section::Layout => Self::Layout(around.layout.clone()),
            Section::Related => Self::Related(related::related(profile, around, now, most)),
            Section::Coupons => Self::Coupons(related::coupons(profile, around, (view, now), most)),
            Section::ContactChannels => {
                Self::ContactChannels(related::contact_channels(profile, around, most))
            }
        }
    }

    /// Which section it is.
    pub fn section(&self) -> Section {
        match self {
            Self::Person(_) => Section::Person,
            Self::Identifiers(_) => Section::Identifiers,
            Self::Recent(_) => Section::Recent,
            Self::Cart(_) => Section::Cart,
            Self::Wishlist(_) => Section::Wishlist,
            Self::Orders(_) => Section::Orders,
            Self::Tickets(_) => Section::Tickets,
            Self::Offers(_) => Section::Offers,
            Self::Call(_) => Section::Call,
            Self::Consent(_) => Section::Consent,
            Self::Totals(_) => Section::Totals,
            Self::Counters(_) => Section::Counters,
            Self::Session(_) => Section::Session,
            Self::Mood(_) => Section::Mood,
            Self::Promises(_) => Section::Promises,
            Self::Avoid(_) => Section::Avoid,
            Self::NextStep(_) => Section::NextStep,
            Self::Attention(_) => Section::Attention,
            Self::Contradictions(_) => Section::Contradictions,
            Self::Segments(_) => Section::Segments,
            Self::Layout(_) => Section::Layout,
            Self::Related(_) => Section::Related,
            Self::Coupons(_) => Section::Coupons,
            Self::ContactChannels(_) => Section::ContactChannels,
        }
    }
}

impl Counters {
    fn of(profile: &Profile) -> Self {
        Self {
            events: profile.whole.events,
            by_channel: profile.whole.by_channel.by_name.clone(),
            first_seen: profile.whole.first,
            last_seen: profile.whole.last,
        }
    }
}

fn mood(profile: &Profile, most: usize) -> Vec<Feeling> {
    let feelings = profile.whole.dealings.feelings.iter();
    feelings.rev().take(most).cloned().collect()
}

fn consent(profile: &Profile) -> BTreeMap<Subject, Decision> {
    profile
        .consent
        .iter()
        .map(|(subject, standing)| (subject.clone(), standing.decision()))
        .collect()
}

/// Whose and which view, never what it tells.
impl fmt::Debug for Context {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Context")
            .field("view", &self.view)
            .field("whose", &self.whose)
            .finish_non_exhaustive()
    }
}
