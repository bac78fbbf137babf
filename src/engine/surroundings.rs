//! What is known around a customer when a context is made: what the tenant publishes of the things they have to do with, and
//! what others buy.
//!
//! One function for both who publish (through the batch's overlay) and who answer (from the committed store), so that every
//! context says the same.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

use crate::{
    decide::{
        rule::{Facts, History, Layout, Rulebook},
        value::Standing,
    },
    domain::{
        catalogue::{Offer, Product, Tally},
        context::{Section, Surroundings, View, related, surroundings::COMPARED_MAX},
        event::Event,
        profile::{Profile, matters::Moment},
        time::Timestamp,
    },
    engine::{
        deciding::{RuleHealth, RuleName},
        state::batch::Rules,
    },
    store::{Error, Order, Read, ShelfRecord, StandingRecord, codec::Record, keys::catalogue},
};

/// Offers by id.
type Offers = BTreeMap<String, Offer>;

/// Records that were read, by their keys.
type Recalled<T> = RefCell<HashMap<Vec<u8>, Option<Arc<T>>>>;

/// What the tenant publishes, as one view of the store has it. What many ask for is read once.
pub(crate) struct Shelf<'a, V> {
    view: &'a V,
    rules: &'a Rules,
    offers: OnceCell<Arc<Offers>>,
    products: Recalled<Product>,
    book: Arc<Rulebook>,
    health: &'a RuleHealth,
    tallies: Recalled<Tally>,
}

/// For whom a context is made.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) profile: &'a Profile,
    /// The segments that they are in, and since when.
    pub(crate) segments: &'a BTreeMap<String, Timestamp>,
    /// Where they stand among all, if that was found out.
    pub(crate) standing: Option<&'a StandingRecord>,
    /// The store that they are in, where that is known.
    pub(crate) store: Option<&'a str>,
}

impl<'a, V: Read> Shelf<'a, V> {
    pub(crate) fn new(
        view: &'a V,
        rules: &'a Rules,
        (book, health): (Arc<Rulebook>, &'a RuleHealth),
    ) -> Self {
        Self {
            book,
            health,
            view,
            rules,
            offers: OnceCell::new(),
            products: Recalled::default(),
            tallies: Recalled::default(),
        }
    }

    /// What is known around a customer for `view`, at `now`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn around(
        &self,
        whose: Whose<'_>,
        view: &View,
        now: Timestamp,
    ) -> Result<Surroundings, Error> {
        let mut around = Surroundings {
            ways: self.rules.decide.contact_channels.clone(),
            channels: self.channels_of(&view.name),
            store: whose.store.map(str::to_owned),
            segments: whose.segments.keys().cloned().collect(),
            ..Surroundings::default()
        };
        let profile = whose.profile;
        if view.sections.contains(&Section::Layout) {
            around.layout = self.layout(whose, &around.segments, now);
        }
        if view.sections.contains(&Section::Related) {
            self.sales(&mut around, profile)?;
        }
        if !self.is_bare()? {
            around.offers = self.offers()?;
            let mut wanted = Surroundings::products_of(profile, now, view.lines_max.max(COMPARED_MAX));
            let candidates = related::candidates(profile, &around).into_iter();
            wanted.extend(candidates.map(|(product, ..)| product));
            around.products = self.products(wanted.iter())?;
        }
        Ok(around)
    }

    /// What is published of these products.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn products<'p>(
        &self,
        wanted: impl Iterator<Item = &'p String>,
    ) -> Result<BTreeMap<String, Arc<Product>>, Error> {
        let mut products = BTreeMap::new();
        for id in wanted {
            let product = self.recalled(&self.products, catalogue::product(id))?;
            products.extend(product.map(|product| (id.clone(), product)));
        }
        Ok(products)
    }

    /// What is published of an offer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn offer(&self, id: &str) -> Result<Option<Offer>, Error> {
        self.view.record(&catalogue::offer(id))
    }

    /// Whether nothing is published at all, as where nobody ever told of it.
    fn is_bare(&self) -> Result<bool, Error> {
        let counted: Option<ShelfRecord> = self.view.record(catalogue::SHELF)?;
        Ok(counted.is_none_or(|counted| counted.products == 0 && counted.offers == 0))
    }

    /// A record, read once.
    fn recalled<T: Record>(&self, known: &Recalled<T>, key: Vec<u8>) -> Result<Option<Arc<T>>, Error> {
        if let Some(known) = known.borrow().get(&key) {
            return Ok(known.clone());
        }
        let record: Option<Arc<T>> = self.view.record(&key)?.map(Arc::new);
        known.borrow_mut().insert(key, record.clone());
        Ok(record)
    }

    fn offers(&self) -> Result<Arc<Offers>, Error> {
        if let Some(known) = self.offers.get() {
            return Ok(Arc::clone(known));
        }
        let mut offers = Offers::new();
        self.view
            .scan_prefix(catalogue::OFFERS, Order::Ascending, &mut |key, value| {
                if let Some(id) = catalogue::offer_id(key) {
                    offers.insert(id.to_owned(), self.view.decoded(value)?);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(Arc::clone(self.offers.get_or_init(|| Arc::new(offers))))
    }

    /// What is bought by who has what this customer has, and by those of their segments; of all where they are in none.
    fn sales(&self, around: &mut Surroundings, profile: &Profile) -> Result<(), Error> {
        for seed in related::seeds(profile) {
            let tally = self.recalled(&self.tallies, catalogue::together(seed))?;
            around
                .together
                .extend(tally.map(|tally| (seed.to_owned(), tally)));
        }
        let segments = around.segments.clone();
        for segment in segments.iter().map(String::as_str).chain([""]) {
            let tally = self.recalled(&self.tallies, catalogue::popular(segment))?;
            around
                .popular
                .extend(tally.map(|tally| (segment.to_owned(), tally)));
        }
        Ok(())
    }

    /// The first layout whose condition holds. One that cannot be evaluated is passed over, and told of.
    fn layout(&self, whose: Whose<'_>, segments: &BTreeSet<String>, now: Timestamp) -> Option<String> {
        let moments: Vec<Moment> = whose.profile.whole.recent.iter().cloned().collect();
        let is_all = moments.len() < self.rules.fold.recent_max;
        let since = moments.first().filter(|_| !is_all);
        let value = whose.standing.cloned().map(Standing::from);
        let facts = Facts {
            profile: whose.profile,
            history: History {
                moments: &moments,
                since: since.map_or(Timestamp::MIN, |first| first.stamp.time.saturating_add(1)),
            },
            segments,
            value: value.as_ref(),
            event: None,
            then: None,
            matter: "",
            now,
        };
        let holds = |layout: &&Layout| match layout.when.holds(&facts) {
            Ok(holding) => holding.holds,
            Err(failed) => {
                let rule = RuleName::Layout(layout.name.clone());
                self.health.failed(rule, &failed, now);
                false
            }
        };
        let shown = self.book.layouts().find(holds);
        shown.map(|layout| layout.name.clone())
    }

    fn channels_of(&self, view: &str) -> BTreeSet<String> {
        let channels = self.rules.channel_views.iter();
        let fits = channels.filter(|(_, name)| name.as_str() == view);
        fits.map(|(channel, _)| channel.clone()).collect()
    }
}

/// The store that an event happened in, where it says so.
pub(crate) fn store_of(event: &Event) -> Option<String> {
    let said = event
        .properties
        .get("store_id")
        .or_else(|| event.context.get("store_id"));
    said.and_then(crate::domain::value::Value::text_or_number)
}
