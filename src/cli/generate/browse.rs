//! A visit on a screen: browsing, logging in and out, buying; on one's own device or on one that others use too.

use crate::cli::generate::{
    DAY,
    catalogue::{OFFERS, PRODUCTS},
    device::Device,
    draft::{Draft, written},
    order,
    people::{Affairs, Customer},
    scene::Scene,
};

/// How a device is used; shares in a thousand visits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Logs in, where nobody is logged in.
    sign_in: u32,
    /// Takes over where somebody else is logged in, by logging them out or over them.
    take_over: u32,
    /// Logs out at the end.
    sign_out: u32,
}

impl Habits {
    /// A browser at home.
    pub(crate) const HOME: Self = Self {
        sign_in: 300,
        take_over: 1_000,
        sign_out: 100,
    };
    /// One's own telephone.
    pub(crate) const PHONE: Self = Self {
        sign_in: 450,
        take_over: 1_000,
        sign_out: 40,
    };
    /// The family's tablet: often used as it lies there.
    pub(crate) const TABLET: Self = Self {
        sign_in: 700,
        take_over: 600,
        sign_out: 350,
    };
    /// A public browser.
    pub(crate) const PUBLIC: Self = Self {
        sign_in: 600,
        take_over: 900,
        sign_out: 500,
    };
}

/// A visit on a screen.
#[derive(Debug)]
pub(crate) struct Browsing<'a, 'b> {
    scene: &'a mut Scene<'b>,
    device: &'a mut Device,
    customer: &'a Customer,
    affairs: &'a mut Affairs,
    /// The log-in is still under way to the server: the page does not know yet who this is.
    unknown_yet: bool,
}

impl<'a, 'b> Browsing<'a, 'b> {
    pub(crate) fn new(
        scene: &'a mut Scene<'b>,
        device: &'a mut Device,
        customer: &'a Customer,
        affairs: &'a mut Affairs,
    ) -> Self {
        Self {
            scene,
            device,
            customer,
            affairs,
            unknown_yet: false,
        }
    }

    /// Plays the visit from its first page to its last.
    pub(crate) fn play(mut self, habits: Habits) {
        self.take_over(habits);
        let opening = if self.device.is_browser() {
            "Page Viewed"
        } else {
            "Application Opened"
        };
        self.add(opening, |draft| draft);
        let steps = self.scene.dice.within(2, 11);
        let wants_in = self.customer.registered && self.scene.dice.per_mille(habits.sign_in);
        let when = self.scene.dice.below(steps);
        for step in 0..steps {
            if wants_in && step == when && self.device.signed_in.is_none() {
                self.sign_in();
            }
            self.step();
        }
        if !self.affairs.cart.is_empty() && self.scene.dice.per_mille(350) {
            self.check_out();
        }
        if self.scene.dice.per_mille(25) {
            self.decide_on_consent();
        }
        if self.scene.dice.per_mille(habits.sign_out) {
            self.sign_out();
        }
    }

    fn add(&mut self, name: &'static str, fill: impl FnOnce(Draft) -> Draft) {
        let now = self.scene.now;
        let draft = if self.unknown_yet {
            self.device.anonymous(name, now)
        } else {
            self.device.event(name, now)
        };
        self.scene.add(fill(draft));
        self.scene.pass(2, 90);
    }

    fn step(&mut self) {
        let product = self.scene.dice.pick(&PRODUCTS);
        match self.scene.dice.below(1_000) {
            0..=149 => self.add("Product List Viewed", |draft| {
                draft.property("category", product.category)
            }),
            150..=219 => self.add("Products Searched", |draft| {
                draft.property("query", product.category)
            }),
            220..=279 => self.add("Product Added to Wishlist", |draft| draft.about(product)),
            280..=294 => self.add("Product Removed from Wishlist", |draft| draft.about(product)),
            295..=384 => {
                self.affairs.cart.push(product);
                self.add("Product Added", |draft| draft.about(product));
            }
            385..=404 => {
                if let Some(product) = self.affairs.cart.pop() {
                    self.add("Product Removed", |draft| draft.about(product));
                }
            }
            405..=434 => self.add("Cart Viewed", |draft| draft),
            435..=474 => self.see_offer(),
            _ => self.add("Product Viewed", |draft| draft.about(product)),
        }
    }

    fn see_offer(&mut self) {
        let (id, name) = self.scene.dice.pick(&OFFERS);
        let days = i64::from(self.scene.dice.within(1, 10));
        let ends = written(self.scene.now.saturating_add(days * DAY));
        let ended = self.scene.dice.per_mille(80);
        self.add("Offer Shown", |draft| {
            draft
                .property("offer_id", id)
                .property("name", name)
                .property("expires", ends)
        });
        if ended {
            self.add("Coupon Applied", |draft| draft.property("offer_id", id));
        }
    }

    /// Somebody else may be logged in: they are logged out, logged over, or simply not noticed.
    fn take_over(&mut self, habits: Habits) {
        let mine = self
            .device
            .signed_in
            .as_ref()
            .is_none_or(|user| *user == self.customer.user_id);
        if mine || !self.scene.dice.per_mille(habits.take_over) {
            return;
        }
        if self.scene.dice.per_mille(500) || !self.customer.registered {
            self.sign_out();
        } else {
            self.sign_in();
        }
    }

    fn sign_in(&mut self) {
        let customer = self.customer;
        let draft = self.device.anonymous("Signed In", self.scene.now);
        let mut draft = customer.named(draft.trusted("user_id", &customer.user_id, "verified"));
        if self.scene.dice.per_mille(400) {
            draft = draft.trusted("email", &customer.email, "verified");
        }
        if self.scene.dice.per_mille(200) {
            draft = draft.trusted("phone", &customer.phone(self.scene.dice), "verified");
        }
        if let Some(card) = &customer.card
            && self.scene.dice.per_mille(300)
        {
            draft = draft.id("loyalty_id", card);
        }
        if self.scene.dice.per_mille(250) {
            self.unknown_yet = true;
            draft = draft.late(self.scene.dice.within(1_800, 4 * 3_600));
        }
        self.scene.add(draft);
        self.scene.pass(1, 20);
        self.device.signed_in = Some(customer.user_id.clone());
    }

    fn sign_out(&mut self) {
        if self.device.signed_in.is_some() {
            self.add("Signed Out", |draft| draft);
            self.device.signed_in = None;
        }
    }

    fn check_out(&mut self) {
        self.add("Checkout Started", |draft| draft);
        let guest = self.device.signed_in.is_none() || self.unknown_yet;
        let name = "Order Completed";
        let draft = if guest {
            let draft = self.customer.named(self.device.anonymous(name, self.scene.now));
            let phone = self.customer.phone(self.scene.dice);
            draft.fact("email", &self.customer.email).fact("phone", &phone)
        } else {
            self.device.event(name, self.scene.now)
        };
        order::place(self.scene, draft, self.customer, self.affairs);
        if self.scene.dice.per_mille(250) {
            let score = self.scene.dice.within(0, 10);
            self.add("Survey Answered", |draft| {
                draft.property("survey", "nps").property("score", score)
            });
        }
    }

    fn decide_on_consent(&mut self) {
        let way = self.scene.dice.pick(&["sms", "email", "push"]);
        let decision = self.scene.dice.pick(&["granted", "granted", "denied"]);
        self.add("Consent Changed", |draft| draft.consent(way, decision));
    }
}
