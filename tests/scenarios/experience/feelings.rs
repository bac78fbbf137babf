//! How customers felt on that day.

use serde_json::json;

use super::{
    reports::{has, has_only, named},
    told::told,
};

#[test]
fn how_customers_felt_is_told_with_the_words_they_used() {
    let feelings = &told().cx()["feelings"];
    // -0.5 of 0..5, angry 5..8 and neutral 8..10; positive 160..180; 0.4 of 20..50; Sara angry, then 0.6.
    // n = 5 + 3 + 2 + 20 + 30 + 2 = 62.
    // In hundredths: -250 - 300 + 0 + 2000 + 1200 - 100 + 60 = 2610, so 0.42097 on average.
    // Squares: 12500 + 30000 + 200000 + 48000 + 10000 + 3600 = 304100; s² = (304100 - 2610² / 62) / 61 = 3184.05, so ± 1.96
    // sqrt(3184.05 / 62) = 14.0459 hundredths.
    has(
        feelings,
        &json!({"n": 62, "mean": 0.421, "low": 0.2805, "high": 0.5614}),
    );
    // Numbers are no words.
    let emotions = json!({"angry": {"count": 4}, "neutral": {"count": 2}, "positive": {"count": 20}});
    has_only(&named(&feelings["emotions"], &["name"]), &emotions);
}
