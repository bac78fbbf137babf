//! The catalogue's records: read, changed, put back, and as many of them as may be. What was last spoken of longest ago
//! goes first.

use std::ops::ControlFlow;

use crate::{
    domain::{
        catalogue::{Offer, Product},
        time::Timestamp,
    },
    engine::{state::batch::Batch, tenant::Published},
    store::{
        Error, Order, Read, ShelfRecord, View as _, keys,
        keys::catalogue::{self, Shelf},
    },
};

impl Batch<'_> {
    /// Changes a product; what is published of it since, where `change` says that it changed.
    pub(super) fn change_product(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Product) -> bool,
    ) -> Result<Option<Published>, Error> {
        let key = catalogue::product(id);
        let there: Option<Product> = self.overlay.record(&key)?;
        let before = there.as_ref().map(Product::last);
        let mut product = there.unwrap_or_default();
        if !change(&mut product) {
            return Ok(None);
        }
        self.overlay.put_record(key, &product)?;
        self.age(
            (Shelf::Products, id),
            before.map(Option::unwrap_or_default),
            product.last(),
        )?;
        Ok(Some(Published::Product(id.to_owned(), Box::new(product))))
    }

    /// Changes an offer; what is published of it since, where `change` says that it changed.
    pub(super) fn change_offer(
        &mut self,
        id: String,
        change: impl FnOnce(&mut Offer) -> bool,
    ) -> Result<Option<Published>, Error> {
        let key = catalogue::offer(&id);
        let there: Option<Offer> = self.overlay.record(&key)?;
        let before = there.as_ref().map(Offer::last);
        let mut offer = there.unwrap_or_default();
        if !change(&mut offer) {
            return Ok(None);
        }
        self.overlay.put_record(key, &offer)?;
        self.age(
            (Shelf::Offers, &id),
            before.map(Option::unwrap_or_default),
            offer.last(),
        )?;
        Ok(Some(Published::Offer(id, Box::new(offer))))
    }

    /// Puts a product or an offer there as it is elsewhere, where all that was said here of it was said as well.
    pub(in crate::engine) fn put_on_shelf(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let Some((shelf, id)) = catalogue::told(key) else {
            return Ok(());
        };
        let last = |value: &[u8]| match shelf {
            Shelf::Offers => self.overlay.decoded::<Offer>(value).map(|offer| offer.last()),
            Shelf::Products | Shelf::Together => {
                let product = self.overlay.decoded::<Product>(value);
                product.map(|product| product.last())
            }
        };
        let before = match self.overlay.get(key)? {
            Some(there) => Some(last(&there)?.unwrap_or_default()),
            None => None,
        };
        let last = last(value)?;
        self.overlay.put(key.to_vec(), value.to_vec());
        self.age((shelf, id), before, last)
    }

    /// Notes when something was last spoken of, `before` where it was there already, and makes room where it is new.
    pub(in crate::engine) fn age(
        &mut self,
        (shelf, id): (Shelf, &str),
        before: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> Result<(), Error> {
        let last = last.unwrap_or_default();
        if before == Some(last) {
            return Ok(());
        }
        if let Some(before) = before {
            self.overlay.delete(catalogue::of_age(shelf, before, id));
        }
        self.overlay.put(catalogue::of_age(shelf, last, id), Vec::new());
        if before.is_some() {
            return Ok(());
        }
        let mut counted: ShelfRecord = self.overlay.record(catalogue::SHELF)?.unwrap_or_default();
        let limits = &self.rules.decide.catalogue;
        let (count, most) = match shelf {
            Shelf::Products => (&mut counted.products, limits.products_max),
            Shelf::Offers => (&mut counted.offers, limits.offers_max),
            Shelf::Together => (&mut counted.together, limits.products_max),
        };
        *count = count.saturating_add(1);
        // Where fewer are kept than before, some of those who are too many go with each that is new.
        for _ in 0..count.saturating_sub(most).min(Self::GOING_AT_ONCE) {
            if self.drop_oldest(shelf)? {
                *count = count.saturating_sub(1);
            }
        }
        self.overlay.put_record(catalogue::SHELF.to_vec(), &counted)
    }

    /// How many go at once, at most.
    const GOING_AT_ONCE: u64 = 64;

    /// Forgets what was spoken of longest ago; whether there was anything.
    fn drop_oldest(&mut self, shelf: Shelf) -> Result<bool, Error> {
        let mut oldest = None;
        self.overlay
            .scan_prefix(&catalogue::by_age(shelf), Order::Ascending, &mut |key, _| {
                oldest = Some(key.to_vec());
                Ok(ControlFlow::Break(()))
            })?;
        let Some(key) = oldest else { return Ok(false) };
        if let Some(id) = keys::catalogue::aged_id(&key) {
            let record = match shelf {
                Shelf::Products => catalogue::product(id),
                Shelf::Offers => catalogue::offer(id),
                Shelf::Together => catalogue::together(id),
            };
            self.overlay.delete(record);
        }
        self.overlay.delete(key);
        Ok(true)
    }
}
