//! Whatever a till's scanner typed: a code of ours, a card, a number, an order, or a product.
//!
//! One field takes all of it, so that a cashier never has to say what it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, QrAnswer, QrReadRequest, Token, budget::Budget, qr::VIEW},
    domain::{identifier::Region, profile::Profile, qr::QrOutcome, scan::Product},
    engine::{ProfileId, queries::query::Address},
    wire::out::{
        candidate::Candidate,
        context::{Body, Match},
    },
};

/// What a text that names a customer may be, in the order in which it is tried: what says most of itself first.
const KINDS: [&str; 5] = ["email", "loyalty_id", "order_id", "phone", "user_id"];
/// Letters of a scan, at most: a signed code in its address has some two hundred.
const LETTERS_MAX: usize = 1024;

/// Asks what was scanned: `{scanned, store_id, region, profile}`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct ScanRequest {
    /// What the scanner typed.
    pub scanned: String,
    /// Where.
    pub store_id: Option<String>,
    /// Where numbers without a country code are from, as two letters; the store channel's region where it is not said.
    pub region: Option<String>,
    /// Whose context the till shows, so that a product can be told to be in their cart.
    pub profile: Option<String>,
}

impl fmt::Debug for ScanRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ScanRequest(…)")
    }
}

/// What was scanned: `{kind, match, by, qr, product, context, candidates}`.
#[derive(Debug, Serialize)]
pub struct ScanAnswer {
    kind: Kind,
    #[serde(rename = "match")]
    outcome: Match,
    /// By which kind of identifier the customer was found.
    by: Option<&'static str>,
    qr: Option<QrAnswer>,
    product: Option<ScannedProduct>,
    context: Option<Body>,
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Qr,
    Person,
    Product,
    Unknown,
}

/// A product and where the customer has it: `{gtin, lot, serial, expires, in_cart, on_wishlist}`.
#[derive(Debug, Serialize)]
struct ScannedProduct {
    gtin: String,
    lot: Option<String>,
    serial: Option<String>,
    expires: Option<String>,
    in_cart: bool,
    on_wishlist: bool,
}

impl Api {
    /// What a scanner's text names. Changes nothing.
    ///
    /// # Errors
    /// `bad_scan`, `bad_region`, `bad_address`.
    pub async fn scan(&self, request: ScanRequest) -> Result<ScanAnswer, Failure> {
        let scanned = request.scanned.trim();
        if scanned.is_empty() || scanned.chars().count() > LETTERS_MAX {
            let expected = format!("expected scanned to have 1 to {LETTERS_MAX} letters");
            return Err(Failure::bad_request("bad_scan", expected));
        }
        if let Some(product) = Product::of_gs1(scanned) {
            return self.scanned_product(product, request.profile.as_deref()).await;
        }
        let qr = QrReadRequest {
            token: Token::from(scanned.to_owned()),
            store_id: request.store_id,
            min_position: None,
        };
        let qr = self.qr_read(qr).await?;
        if qr.outcome() != QrOutcome::Unknown || is_our_address(scanned) {
            return Ok(ScanAnswer {
                outcome: Match::of(usize::from(qr.is_somebodys())),
                qr: Some(qr),
                ..ScanAnswer::of(Kind::Qr)
            });
        }
        let region = self.region_asked(request.region.as_deref(), STORE)?;
        if let Some(answer) = self.scanned_person(scanned, region.as_ref()).await? {
            return Ok(answer);
        }
        match Product::of_digits(scanned) {
            Some(product) => self.scanned_product(product, request.profile.as_deref()).await,
            None => Ok(ScanAnswer::of(Kind::Unknown)),
        }
    }

    /// The customer whom a text names, or those it may be.
    async fn scanned_person(
        &self,
        scanned: &str,
        region: Option<&Region>,
    ) -> Result<Option<ScanAnswer>, Failure> {
        let view = self.view(VIEW)?;
        for kind in KINDS {
            let Ok(key) = self.key(kind, scanned, region)? else {
                continue;
            };
            let meant = [Ok(Address::Identifier(key))];
            let (finding, context) = self.seen_within(Budget::UNLIMITED, (view, None), &meant).await?;
            let outcome = finding.outcome;
            if outcome == Match::None {
                continue;
            }
            return Ok(Some(ScanAnswer {
                outcome,
                by: Some(kind),
                candidates: finding.candidates.clone(),
                context: (outcome == Match::One).then(|| Body::of(finding, context)),
                ..ScanAnswer::of(Kind::Person)
            }));
        }
        Ok(None)
    }

    /// A product, and whether the customer whom the till shows has it in the cart or on the wish list.
    async fn scanned_product(&self, product: Product, shown: Option<&str>) -> Result<ScanAnswer, Failure> {
        let customer = match shown {
            None => None,
            Some(id) => {
                let id = ProfileId::parse(id).ok_or_else(|| {
                    Failure::bad_request("bad_address", "expected profile to be 32 hexadecimal digits")
                })?;
                self.tells(Some(VIEW), &[id]).await?;
                let asked = self.ask_here("profile", move |query| query.portrait_or_survivor(id));
                let purpose = self.view(VIEW)?.purpose.as_ref();
                let agreed = |profile: &Profile| purpose.is_none_or(|purpose| profile.agreed_to(purpose));
                asked.await?.map(|portrait| portrait.profile).filter(agreed)
            }
        };
        let on = |lines: fn(&Profile) -> Vec<String>| {
            let listed = customer.as_ref().map(lines).unwrap_or_default();
            listed.iter().any(|id| product.is(id))
        };
        let (in_cart, on_wishlist) = (on(in_cart), on(on_wishlist));
        Ok(ScanAnswer {
            product: Some(ScannedProduct {
                gtin: product.gtin,
                lot: product.lot,
                serial: product.serial,
                expires: product.expires,
                in_cart,
                on_wishlist,
            }),
            ..ScanAnswer::of(Kind::Product)
        })
    }
}

/// The channel whose region a till's numbers are from.
const STORE: &str = "store";

impl ScanAnswer {
    fn of(kind: Kind) -> Self {
        Self {
            kind,
            outcome: Match::None,
            by: None,
            qr: None,
            product: None,
            context: None,
            candidates: Vec::new(),
        }
    }
}

/// Whether a text is the address of a code, as one of ours is written: `…/Q/TOKEN`.
fn is_our_address(scanned: &str) -> bool {
    let path = scanned.split_once("://").map(|(_, rest)| rest);
    path.is_some_and(|path| path.to_ascii_uppercase().contains("/Q/"))
}

fn in_cart(profile: &Profile) -> Vec<String> {
    profile.cart().into_iter().map(|(id, _)| id.to_owned()).collect()
}

fn on_wishlist(profile: &Profile) -> Vec<String> {
    profile
        .wishlist()
        .into_iter()
        .map(|(id, _)| id.to_owned())
        .collect()
}
