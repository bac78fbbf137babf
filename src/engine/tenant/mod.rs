//! What the tenant says of itself: events that are about no customer make no profile and no atom. They are known by their
//! ids, as all events are, and are kept in the catalogue and nowhere else.
//!
//! Each kind has a file of its own. Of one thing the word holds that is the latest by the time of its event, whatever comes
//! first. Called by `step`, which asks here before it places an event.

mod agents;
mod employee;
mod offer;
mod price;
mod shelf;
mod stock;

use crate::{
    domain::{
        catalogue::{Kind, Offer, Product, Statement},
        event::{Event, EventId},
        time::Timestamp,
    },
    engine::{identity::place::Placed, state::batch::Batch},
    store::{Error, EventHash, Read, SeenRecord, View as _, fingerprint, keys, keys::catalogue},
    wire::tenant,
};

/// Remembered ids that one event makes room for: those that are to be remembered no longer go twice as fast as others come.
const FORGOTTEN_AT_ONCE: usize = 2;

/// What the tenant said that changes what is published.
#[derive(Clone, Debug)]
pub(crate) struct News {
    /// By which event.
    pub(crate) event: EventId,
    /// When that happened.
    pub(crate) time: Timestamp,
    /// Of which kind.
    pub(crate) kind: Kind,
    /// Under which trace it came.
    pub(crate) trace: Option<String>,
    /// What is published since.
    pub(crate) published: Published,
}

/// What is published of something.
#[derive(Clone, Debug)]
pub(crate) enum Published {
    /// Of a product.
    Product(String, Box<Product>),
    /// Of an offer.
    Offer(String, Box<Offer>),
}

impl Batch<'_> {
    /// Takes in an event that is about the tenant; `None` of one that is not.
    ///
    /// # Errors
    /// When the store cannot be read or a record cannot be encoded.
    pub(crate) fn note_tenant(&mut self, event: &Event) -> Result<Option<Placed>, Error> {
        let Some(kind) = Kind::of(&event.name) else {
            return Ok(None);
        };
        let hash = self.keyring.event(&event.id);
        let checksum = fingerprint::event_checksum(event)?;
        if let Some(known) = self.overlay.record::<SeenRecord>(&keys::seen(hash))? {
            return Ok(Some(match known.checksum == checksum {
                true => Placed::Known,
                false => Placed::Conflicting,
            }));
        }
        let seen = SeenRecord {
            checksum,
            place: None,
        };
        self.overlay.put_record(keys::seen(hash), &seen)?;
        self.remember(event, hash)?;
        // The edge refused what cannot be read.
        let published = match tenant::read(kind, event) {
            Ok(Statement::Price(change)) => self.note_price(event, &change)?,
            Ok(Statement::Stock(change)) => self.note_stock(event, &change)?,
            Ok(Statement::Offer { id, terms }) => self.note_offer(event, id, terms)?,
            Ok(Statement::OfferEnd { id }) => self.note_offer_end(event, id)?,
            Ok(Statement::Agent) => {
                self.note_agent(event)?;
                None
            }
            // A resolver counts nothing.
            Ok(Statement::Employee { .. }) if self.rules.part.is_resolver() => None,
            Ok(Statement::Employee { team, score }) => {
                self.note_employee(event, team, score)?;
                None
            }
            Err(_) => None,
        };
        self.news.extend(published.map(|published| News {
            event: event.id.clone(),
            time: event.time,
            kind,
            trace: event.trace.clone(),
            published,
        }));
        Ok(Some(Placed::Noted))
    }

    /// Remembers an id for a time, from when the event was taken in on, and forgets some of those whose time is over: what
    /// comes again so late is older than what holds, or the same.
    fn remember(&mut self, event: &Event, hash: EventHash) -> Result<(), Error> {
        self.overlay
            .put(catalogue::noted(event.received, hash), Vec::new());
        let since = event.received.saturating_sub(self.rules.decide.catalogue.ids_us);
        let mut over = Vec::new();
        self.overlay.scan(
            catalogue::NOTED,
            &catalogue::noted_until(since),
            crate::store::Order::Ascending,
            &mut |key, _| {
                over.push(key.to_vec());
                Ok(match over.len() < FORGOTTEN_AT_ONCE {
                    true => std::ops::ControlFlow::Continue(()),
                    false => std::ops::ControlFlow::Break(()),
                })
            },
        )?;
        for key in over {
            if let Some((_, hash)) = keys::event_place(&key) {
                self.overlay.delete(keys::seen(hash));
            }
            self.overlay.delete(key);
        }
        Ok(())
    }
}
