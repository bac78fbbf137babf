//! What a till's scanner typed: a product's code, or a text that names a customer or a code of ours.
//!
//! Reads GS1 Digital Links (GS1 Digital Link URI Syntax 1.4), GS1 element strings as scanners send them, and plain EAN-8,
//! UPC-A, EAN-13 and GTIN-14. Which customer a text names is for whoever knows them.

use percent_encoding::percent_decode_str;

/// A product, as its code names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// The Global Trade Item Number, padded to 14 digits, its check digit right.
    pub gtin: String,
    /// Batch or lot.
    pub lot: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Expiry, six digits `YYMMDD` as the code has it; a day of `00` is the last of the month.
    pub expires: Option<String>,
}

/// Application identifiers that are read: of the item itself, batch, serial and expiry.
const GTIN: &str = "01";
const LOT: &str = "10";
const SERIAL: &str = "21";
const EXPIRY: &str = "17";
/// Separates element strings of variable length.
const GROUP_SEPARATOR: char = '\u{1d}';
/// What scanners may put before a GS1 code: the symbology identifiers of GS1 DataMatrix, QR, DataBar and 128.
const SYMBOLOGIES: [&str; 4] = ["]d2", "]Q3", "]e0", "]C1"];

impl Product {
    /// The product that `scanned` names by a code that is a product's and nothing else: a link or element strings.
    pub fn of_gs1(scanned: &str) -> Option<Self> {
        let scanned = scanned.trim();
        if let Some((_, rest)) = scanned.split_once("://") {
            return Self::of_link(rest);
        }
        let symbology = SYMBOLOGIES.iter().find_map(|start| scanned.strip_prefix(start));
        match symbology {
            Some(elements) => Self::of_elements(elements),
            None if scanned.starts_with("(01)") => Self::of_brackets(scanned),
            None => None,
        }
    }

    /// The product of a plain bar code. Its digits may be a customer's card as well.
    pub fn of_digits(scanned: &str) -> Option<Self> {
        gtin(scanned.trim()).map(|gtin| Self {
            gtin,
            ..Self::default()
        })
    }

    /// Whether a shop that calls a product `id` means this one: the same number, whatever it is padded to.
    pub fn is(&self, id: &str) -> bool {
        gtin(id.trim()).is_some_and(|gtin| gtin == self.gtin)
    }

    /// `host/…/01/GTIN/10/LOT/21/SERIAL?17=YYMMDD`; parts that are unknown are passed over.
    fn of_link(rest: &str) -> Option<Self> {
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (_host, path) = path.split_once('/')?;
        let mut parts = path.split('/').skip_while(|part| *part != GTIN);
        let mut product = Self::default();
        while let (Some(identifier), Some(value)) = (parts.next(), parts.next()) {
            product.take_encoded(identifier, value);
        }
        for (identifier, value) in query.split(['&', ';']).filter_map(|pair| pair.split_once('=')) {
            product.take_encoded(identifier, value);
        }
        product.named()
    }

    /// `01…10…`: of fixed length where their identifier says so, else up to the group separator.
    fn of_elements(elements: &str) -> Option<Self> {
        let mut product = Self::default();
        let mut rest = elements.trim_start_matches(GROUP_SEPARATOR);
        while let Some((identifier, behind)) = rest.split_at_checked(2) {
            let length = match identifier {
                GTIN => 14,
                "11" | "13" | "15" | EXPIRY => 6,
                LOT | SERIAL => behind.find(GROUP_SEPARATOR).unwrap_or(behind.len()),
                _ => break,
            };
            let (value, behind) = behind.split_at_checked(length)?;
            product.take(identifier, value);
            rest = behind.trim_start_matches(GROUP_SEPARATOR);
        }
        product.named()
    }

    /// `(01)…(10)…`, as it is printed below a code.
    fn of_brackets(text: &str) -> Option<Self> {
        let mut product = Self::default();
        for (identifier, value) in text.split('(').filter_map(|part| part.split_once(')')) {
            product.take(identifier, value);
        }
        product.named()
    }

    fn take_encoded(&mut self, identifier: &str, value: &str) {
        self.take(identifier, &percent_decode_str(value).decode_utf8_lossy());
    }

    fn take(&mut self, identifier: &str, value: &str) {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match identifier {
            // What is behind it in a link qualifies the first, or is of no use.
            GTIN if self.gtin.is_empty() => self.gtin = gtin(value).unwrap_or_default(),
            LOT => self.lot = text(),
            SERIAL => self.serial = text(),
            EXPIRY => self.expires = text().filter(|date| date.len() == 6 && is_digits(date)),
            _ => {}
        }
    }

    fn named(self) -> Option<Self> {
        (!self.gtin.is_empty()).then_some(self)
    }
}

/// The number in 14 digits, where it is one of 8, 12, 13 or 14 whose check digit is right.
fn gtin(digits: &str) -> Option<String> {
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !is_digits(digits) {
        return None;
    }
    let padded = format!("{digits:0>14}");
    // From the check digit on, weights 1 and 3 in turn; all of it is a multiple of ten.
    let sum: u32 = padded
        .bytes()
        .zip([3, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
        .sum();
    (sum.is_multiple_of(10) && padded.bytes().any(|digit| digit != b'0')).then_some(padded)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Product;

    #[test]
    fn links_and_element_strings_name_the_same_product() {
        let text = |text: &str| Some(text.to_owned());
        let whole = Product {
            gtin: "09506000134352".to_owned(),
            lot: text("ABC"),
            serial: text("12345"),
            expires: text("271231"),
        };
        for scanned in [
            "https://shop.example/01/09506000134352/10/ABC/21/12345?17=271231",
            "HTTPS://ID.EXAMPLE/some/path/01/9506000134352/10/ABC/21/12345?17=271231&utm=x#top",
            "https://shop.example/01/09506000134352?10=ABC&21=12345&17=271231",
            "https://shop.example/01/09506000134352/10/%41BC/21/12345?17=2712%331&01=4006381333931&01=x",
            "]d2010950600013435210ABC\u{1d}2112345\u{1d}17271231",
            "]C1\u{1d}01095060001343521727123110ABC\u{1d}2112345",
            "(01)09506000134352(10)ABC(21)12345(17)271231",
        ] {
            assert_eq!(Product::of_gs1(scanned).as_ref(), Some(&whole), "{scanned}");
        }
        for none in [
            "https://shop.example/q/ABCDEFGH234",
            "https://shop.example",
            "https://shop.example/01/09506000134353",
            "]d20109506000134",
            "09506000134352",
            "L-102",
            "",
        ] {
            assert_eq!(Product::of_gs1(none), None, "{none}");
        }
    }

    #[test]
    fn plain_codes_are_padded_and_checked() {
        let read = |scanned: &str| Product::of_digits(scanned).map(|product| product.gtin);
        for (scanned, gtin) in [
            ("4006381333931", "04006381333931"),
            ("036000291452", "00036000291452"),
            ("96385074", "00000096385074"),
            (" 09506000134352\n", "09506000134352"),
        ] {
            assert_eq!(read(scanned).as_deref(), Some(gtin), "{scanned}");
        }
        for none in [
            "4006381333932",
            "09123456789",
            "1234567",
            "",
            "00000000",
            "۴۰۰۶۳۸۱۳۳۳۹۳۱",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        let product = Product::of_digits("4006381333931").unwrap();
        assert!(product.is("04006381333931") && product.is("4006381333931") && !product.is("p-7"));
    }
}
