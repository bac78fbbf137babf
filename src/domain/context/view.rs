//! Views: which sections a consumer gets, in which order, how much of each and how masked.
//!
//! Owns [`View`], [`Section`] and the table of standard views; the configuration may add to it or replace its rows.

use std::str::FromStr;

use crate::domain::{context::mask::Mask, profile::consent::Subject, role::Role};

/// What one kind of consumer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name, as in `/v1/context/{view}/…`.
    pub name: String,
    /// Its sections, in the order of the answer.
    pub sections: Vec<Section>,
    /// How many of the last interactions it tells, at most.
    pub recent_max: usize,
    /// How many of everything else that is listed, at most; the count is told beside it.
    pub lines_max: usize,
    /// What it hides.
    pub mask: Mask,
    /// Who may ask for it, beside other services and administrators.
    pub roles: Vec<Role>,
    /// The channel and the purpose that it is for, where customers have to have agreed to that: of others it tells nothing
    /// but what they decided.
    pub purpose: Option<Subject>,
}

/// One group of facts. The order is that in which they are explained, not that of any view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Names, tier, language.
    Person,
    /// The identifiers the customer is known by.
    Identifiers,
    /// The last interactions, of all channels.
    Recent,
    /// The cart.
    Cart,
    /// The wish list.
    Wishlist,
    /// The latest order and those that are open.
    Orders,
    /// Open tickets.
    Tickets,
    /// Offers that were shown, and whether they hold.
    Offers,
    /// The call that is going on.
    Call,
    /// Consent by way of contact and purpose.
    Consent,
    /// Orders and revenue.
    Totals,
    /// How much is known, since when.
    Counters,
    /// The visit of the shop's pages or app that is going on.
    Session,
    /// How the customer felt, the last times that somebody said so.
    Mood,
    /// What the customer was promised.
    Promises,
    /// What not to offer, and why.
    Avoid,
    /// What to do next.
    NextStep,
    /// Which kinds of matter are open, without what they are about.
    Attention,
    /// What the customer was told otherwise than it is published, or than others told them.
    Contradictions,
    /// The segments that the customer is in.
    Segments,
    /// How pages are laid out for the customer.
    Layout,
    /// Products that may interest the customer.
    Related,
    /// Offers that are published and for this customer.
    Coupons,
    /// The ways of contact that the customer is shown.
    ContactChannels,
}

/// A text that names no section or mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// It names no section.
    #[error(
        "read a section: expected person, identifiers, recent, cart, wishlist, orders, tickets, offers, call, \
         consent, totals, counters, session, mood, promises, avoid, next_step, attention, contradictions, segments, \
         layout, related, coupons or contact_channels"
    )]
    Section,
    /// It names no mask.
    #[error("read a mask: expected none, contacts or surname")]
    Mask,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 24] = [
        Self::Person,
        Self::Identifiers,
        Self::Recent,
        Self::Cart,
        Self::Wishlist,
        Self::Orders,
        Self::Tickets,
        Self::Offers,
        Self::Call,
        Self::Consent,
        Self::Totals,
        Self::Counters,
        Self::Session,
        Self::Mood,
        Self::Promises,
        Self::Avoid,
        Self::NextStep,
        Self::Attention,
        Self::Contradictions,
        Self::Segments,
        Self::Layout,
        Self::Related,
        Self::Coupons,
        Self::ContactChannels,
    ];

    /// The name in configuration and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Identifiers => "identifiers",
            Self::Recent => "recent",
            Self::Cart => "cart",
            Self::Wishlist => "wishlist",
            Self::Orders => "orders",
            Self::Tickets => "tickets",
            Self::Offers => "offers",
            Self::Call => "call",
            Self::Consent => "consent",
            Self::Totals => "totals",
            Self::Counters => "counters",
            Self::Session => "session",
            Self::Mood => "mood",
            Self::Promises => "promises",
            Self::Avoid => "avoid",
            Self::NextStep => "next_step",
            Self::Attention => "attention",
            Self::Contradictions => "contradictions",
            Self::Segments => "segments",
            Self::Layout => "layout",
            Self::Related => "related",
            Self::Coupons => "coupons",
            Self::ContactChannels => "contact_channels",
        }
    }
}

impl FromStr for Section {
    type Err = ViewError;

    fn from_str(name: &str) -> Result<Self, ViewError> {
        Self::ALL
            .into_iter()
            .find(|section| section.as_str() == name)
            .ok_or(ViewError::Section)
    }
}

impl View {
    /// Whether `role` may ask for it.
    pub fn is_for(&self, role: Role) -> bool {
        matches!(role, Role::Service | Role::Admin) || self.roles.contains(&role)
    }

    /// Interactions in the standard views.
    pub const RECENT_MAX: usize = 5;

    /// The views that are there without any configuration.
    pub fn standard() -> [Self; 4] {
        let view = |name: &str, roles: &[Role], mask, lines_max, sections: &[Section]| Self {
            name: name.to_owned(),
            sections: sections.to_vec(),
            recent_max: Self::RECENT_MAX,
            lines_max,
            mask,
            roles: roles.to_vec(),
            purpose: None,
        };
        [
            view(
                "callcenter",
                &[Role::Agent],
                Mask::Contacts,
                5,
                standard::CALLCENTER,
            ),
            view("pos", &[Role::Pos, Role::Agent], Mask::Surname, 5, standard::POS),
            view("web", &[], Mask::Contacts, 20, standard::WEB),
            view("mobile", &[], Mask::Contacts, 10, standard::MOBILE),
        ]
    }
}

/// What the standard views tell, in their order.
mod standard {
    use crate::domain::context::view::Section::{
        self, Attention, Avoid, Call, Cart, Consent, ContactChannels, Contradictions, Counters, Coupons,
        Identifiers, Layout, Mood, NextStep, Offers, Orders, Person, Promises, Recent, Related, Segments,
        Session, Tickets, Totals, Wishlist,
    };

    pub(super) const CALLCENTER: &[Section] = &[
        Person,
        NextStep,
        Avoid,
        Call,
        Session,
        Orders,
        Tickets,
        Mood,
        Recent,
        Cart,
        Wishlist,
        Offers,
        Promises,
        Contradictions,
        Segments,
        Consent,
        Totals,
        Counters,
        Identifiers,
    ];
    pub(super) const POS: &[Section] = &[
        Person,
        Attention,
        Cart,
        Wishlist,
        Offers,
        Orders,
        Tickets,
        Recent,
        Contradictions,
        Segments,
        Consent,
        Counters,
        Identifiers,
    ];
    pub(super) const WEB: &[Section] = &[
        Person,
        Layout,
        Cart,
        Wishlist,
        Related,
        Offers,
        Coupons,
        Orders,
        Recent,
        Contradictions,
        Segments,
        ContactChannels,
        Consent,
        Counters,
    ];
    pub(super) const MOBILE: &[Section] = &[
        Person,
        Layout,
        Cart,
        Wishlist,
        Related,
        Offers,
        Coupons,
        Orders,
        Tickets,
        Recent,
        Contradictions,
        Segments,
        ContactChannels,
        Consent,
        Counters,
    ];
}

#[cfg(test)]
mod tests {
    use super::{Mask, Section, View};

    #[test]
    fn names_read_back() {
        for section in Section::ALL {
            assert_eq!(section.as_str().parse(), Ok(section));
        }
        for mask in Mask::ALL {
            assert_eq!(mask.as_str().parse(), Ok(mask));
        }
        assert!("Cart".parse::<Section>().is_err());
        assert!("".parse::<Mask>().is_err());
    }

    #[test]
    fn a_refusal_names_what_was_expected() {
        let section = "basket".parse::<Section>().unwrap_err().to_string();
        assert!(
            Section::ALL.iter().all(|one| section.contains(one.as_str())),
            "{section}"
        );
        let mask = "all".parse::<Mask>().unwrap_err().to_string();
        assert!(Mask::ALL.iter().all(|one| mask.contains(one.as_str())), "{mask}");
    }

    #[test]
    fn no_standard_view_repeats_a_section_or_shows_contacts() {
        for view in View::standard() {
            let mut sections = view.sections.clone();
            sections.sort_unstable();
            sections.dedup();
            assert_eq!(sections.len(), view.sections.len(), "{}", view.name);
            assert_ne!(view.mask, Mask::None, "{}", view.name);
        }
    }
}
