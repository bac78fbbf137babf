//! The people: made up from the built-in lists, with addresses under reserved domains.

use crate::cli::generate::{
    catalogue::{CITIES, FIRST_NAMES, LAST_NAMES, Product},
    device::Device,
    dice::Dice,
    draft::Draft,
    scene::Numbers,
};

/// Who somebody is.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) user_id: String,
    /// Whether they have an account at all.
    pub(crate) registered: bool,
    pub(crate) email: String,
    pub(crate) card: Option<String>,
    first_name: &'static str,
    last_name: &'static str,
    city: &'static str,
    /// The national number without its leading zero.
    phone: String,
}

/// Somebody, with what is theirs.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) customer: Customer,
    pub(crate) browser: Device,
    pub(crate) app: Option<Device>,
    pub(crate) affairs: Affairs,
}

/// What somebody has going on with the shop.
#[derive(Debug, Default)]
pub(crate) struct Affairs {
    pub(crate) cart: Vec<Product>,
    /// Ids of the last orders, the newest at the end.
    pub(crate) orders: Vec<String>,
}

impl Affairs {
    const ORDERS_MAX: usize = 4;

    pub(crate) fn ordered(&mut self, id: &str) {
        if self.orders.len() >= Self::ORDERS_MAX {
            self.orders.remove(0);
        }
        self.orders.push(id.to_owned());
    }
}

impl Customer {
    fn new(number: u32, dice: &mut Dice, numbers: &Numbers) -> Self {
        let (latin_first, persian_first) = dice.pick(&FIRST_NAMES);
        let (latin_last, persian_last) = dice.pick(&LAST_NAMES);
        let persian = dice.per_mille(400);
        let seed = numbers.seed();
        // Steps of a number without a common divisor with the size of the range: nobody gets a number twice.
        let digits = (seed % 10_000_000 + u64::from(number) * 104_729) % 10_000_000;
        Self {
            user_id: format!("u{seed}-{number}"),
            registered: dice.per_mille(800),
            email: format!("{}.{seed}.{number}@example.org", latin_first.to_lowercase()),
            card: dice.per_mille(600).then(|| format!("L{seed}-{number}")),
            first_name: if persian { persian_first } else { latin_first },
            last_name: if persian { persian_last } else { latin_last },
            city: dice.pick(&CITIES),
            phone: format!("912{digits:07}"),
        }
    }

    /// The telephone number as somebody writes it: international, national, or national in Persian digits.
    pub(crate) fn phone(&self, dice: &mut Dice) -> String {
        match dice.below(10) {
            0..=3 => self.number(),
            4..=6 => format!("0{}", self.phone),
            _ => persian_digits(&format!("0{}", self.phone)),
        }
    }

    /// The telephone number as a telephone system shows it.
    pub(crate) fn number(&self) -> String {
        format!("+98{}", self.phone)
    }

    /// Adds the name to an event.
    pub(crate) fn named(&self, draft: Draft) -> Draft {
        draft
            .fact("first_name", self.first_name)
            .fact("last_name", self.last_name)
    }

    /// Adds what a walk-in tells who shows nothing.
    pub(crate) fn described(&self, draft: Draft) -> Draft {
        self.named(draft).fact("city", self.city)
    }
}

impl Person {
    pub(crate) fn new(number: u32, dice: &mut Dice, numbers: &mut Numbers) -> Self {
        let customer = Customer::new(number, dice, numbers);
        let browser = Device::browser(numbers);
        let app = dice.per_mille(700).then(|| Device::app(numbers));
        Self {
            customer,
            browser,
            app,
            affairs: Affairs::default(),
        }
    }
}

fn persian_digits(number: &str) -> String {
    let persian = |digit: char| {
        digit
            .to_digit(10)
            .and_then(|value| char::from_u32(0x06F0 + value))
            .unwrap_or(digit)
    };
    number.chars().map(persian).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifier::{Region, phone, text};

    #[test]
    fn every_way_of_writing_a_number_is_the_same_number() {
        let (mut dice, mut numbers) = (Dice::new(2), Numbers::new(2));
        let customer = Person::new(31, &mut dice, &mut numbers).customer;
        let written: Vec<String> = (0..40).map(|_| customer.phone(&mut dice)).collect();
        assert!(written.iter().any(|number| number.starts_with("۰۹")));
        assert!(written.iter().any(|number| number.starts_with("09")));
        for number in written {
            let iran = "IR".parse::<Region>().unwrap();
            assert_eq!(
                phone::normalise(&text::fold(&number), Some(&iran)),
                Ok(customer.number())
            );
        }
    }
}
