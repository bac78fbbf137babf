//! All people and what they share: family tablets, public browsers, loyalty cards. Decides who does what next.

use crate::cli::generate::{
    browse::{Browsing, Habits},
    call,
    device::Device,
    dice::Dice,
    draft::Draft,
    people::Person,
    scene::{Numbers, Scene},
    shop,
};

/// People of one household; the first two of them share a tablet.
const HOUSEHOLD: usize = 3;
/// People for whom there is one public browser.
const PER_PUBLIC_BROWSER: usize = 10;

/// Everybody and everything.
#[derive(Debug)]
pub(crate) struct World {
    people: Vec<Person>,
    tablets: Vec<Device>,
    public_browsers: Vec<Device>,
}

impl World {
    pub(crate) fn new(people: u32, dice: &mut Dice, numbers: &mut Numbers) -> Self {
        let mut people: Vec<Person> = (0..people)
            .map(|number| Person::new(number, dice, numbers))
            .collect();
        for household in people.chunks_mut(HOUSEHOLD) {
            share_card(household, dice);
        }
        let tablets = (0..people.len().div_ceil(HOUSEHOLD))
            .map(|_| Device::app(numbers))
            .collect();
        let browsers = people.len().div_ceil(PER_PUBLIC_BROWSER);
        let public_browsers = (0..browsers).map(|_| Device::browser(numbers)).collect();
        Self {
            people,
            tablets,
            public_browsers,
        }
    }

    /// What somebody does from `at` on, in the order in which they do it.
    pub(crate) fn visit(&mut self, at: i64, dice: &mut Dice, numbers: &mut Numbers) -> Vec<Draft> {
        let who = dice.index(self.people.len());
        let Some(person) = self.people.get_mut(who) else {
            return Vec::new();
        };
        let tablet = self
            .tablets
            .get_mut(who / HOUSEHOLD)
            .filter(|_| who % HOUSEHOLD < 2);
        let public_browser = self.public_browsers.get_mut(who / PER_PUBLIC_BROWSER);
        let what = dice.below(1_000);
        let mut scene = Scene {
            dice,
            numbers,
            now: at,
            drafts: Vec::new(),
        };
        let Person {
            customer,
            browser,
            app,
            affairs,
        } = person;
        let mut browse = |device: &mut Device, habits: Habits| {
            Browsing::new(&mut scene, device, customer, affairs).play(habits);
        };
        match (what, app, tablet, public_browser) {
            (0..=329, Some(app), _, _) => browse(app, Habits::PHONE),
            (330..=459, _, Some(tablet), _) => browse(tablet, Habits::TABLET),
            (460..=499, _, _, Some(public)) => browse(public, Habits::PUBLIC),
            (500..=574, ..) => shop::buy(&mut scene, customer, affairs),
            (575..=609, ..) => shop::advise(&mut scene, customer),
            (610..=689, ..) => call::play(&mut scene, customer, affairs),
            _ => {
                if scene.dice.per_mille(15) {
                    browser.forget(scene.numbers);
                }
                Browsing::new(&mut scene, browser, customer, affairs).play(Habits::HOME);
            }
        }
        scene.drafts
    }
}

/// In some households two people use one loyalty card.
fn share_card(household: &mut [Person], dice: &mut Dice) {
    if let [first, second, ..] = household
        && dice.per_mille(400)
    {
        second.customer.card.clone_from(&first.customer.card);
    }
}
