//! The page of fixed answers, of none, and of whatever a service might say.

use serde_json::{Value, json};

use super::*;

mod answers;
mod drawn;
mod markup;
mod told;

use answers::Answers;

const DAY: &str = "2026-11-22";

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let wrong = json!({"scores": 1, "journeys": "x", "total": [], "groups": {}});
    for nothing in [Value::Null, json!({}), json!([1]), wrong] {
        let of = |name: &str| (name.to_owned(), nothing.clone());
        let kinds = [
            "cx", "trend", "journey", "gap", "coverage", "segments", "contacts",
        ];
        let page = Answers(Value::Object(kinds.map(of).into_iter().collect())).page();
        markup::check(&page);
        assert!(!page.contains("<svg"), "there is nothing to draw");
        told::check(&page, "first", &["Nothing stands out."]);
        told::check(&page, "scores", &["Nobody answered a survey"]);
        told::check(&page, "journeys", &["The rules have no journey."]);
        told::check(&page, "contacts", &["Nothing was decided about any message."]);
        told::check(&page, "operations", &["Nobody was served"]);
        told::check(&page, "trials", &["No flow is held back from anybody"]);
    }
}

#[test]
fn names_are_never_markup() {
    let hostile = "\"'><script>alert(1)</script><!--&amp;\u{0}";
    let [harmless, hostile] = ["harmless", hostile].map(|name| Answers::usual().renamed(name).page());
    markup::check(&hostile);
    assert_eq!(
        markup::tags(&harmless).len(),
        markup::tags(&hostile).len(),
        "no name makes a tag"
    );
    assert!(!hostile.contains("<script") && !hostile.contains("<!--") && !hostile.contains('\u{0}'));
    assert!(
        hostile.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--&amp;amp;\u{fffd}"),
        "they are shown as they are"
    );
}

#[test]
fn a_day_is_no_markup_either() {
    let reports = &Value::Null;
    let page = page(
        "<b>",
        &Reports {
            cx: reports,
            trend: reports,
            journey: reports,
            gap: reports,
            coverage: reports,
            segments: reports,
            contacts: reports,
        },
    );
    markup::check(&page);
    assert!(page.contains("<title>How it was for customers on &lt;b&gt;</title>"));
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let page = Answers::usual().page();
    markup::check(&page);
    assert_eq!(
        page,
        Answers::usual().page(),
        "the same answers give the same bytes"
    );
    for tag in markup::tags(&page) {
        let names = markup::attributes(tag).map(|(name, _)| name);
        let is_calm = |name: &str| !name.starts_with("on") && !["src", "srcset", "style"].contains(&name);
        assert!(names.into_iter().all(is_calm), "{tag}");
        let is_here = markup::attributes(tag).all(|(name, value)| name != "href" || value.starts_with('#'));
        let outside = ["script", "link", "iframe", "object", "use", "image", "img"];
        assert!(is_here && !outside.contains(&markup::name(tag)), "{tag}");
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
    assert!(page.contains("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"));
}

#[test]
fn what_is_drawn_is_also_said() {
    let page = Answers::usual().page();
    let charts: Vec<&str> = page.split("<svg").skip(1).collect();
    for chart in &charts {
        let is_named =
            chart.contains("aria-labelledby") && chart.contains("<title") && chart.contains("<desc");
        let is_bar = chart.starts_with(" class=\"bar\"") && chart.contains("aria-hidden");
        assert!(is_named || is_bar, "{chart}");
    }
    let drawn = charts.iter().filter(|chart| chart.contains("<title"));
    assert_eq!(drawn.count(), 13, "all that can be drawn of these answers");
    assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
}

#[test]
fn letters_and_marks_stand_out_from_their_ground() {
    let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
    for sheet in [light, dark] {
        let contrast = |a: &str, b: &str| {
            let (a, b) = (markup::luminance(sheet, a), markup::luminance(sheet, b));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for ground in ["card", "back"] {
            for letters in ["text", "soft", "accent", "low", "warn"] {
                assert!(contrast(letters, ground) >= 4.5, "{letters} on {ground}");
            }
            assert!(contrast("edge", ground) >= 3.0, "edge on {ground}");
        }
        assert!(contrast("accent", "wash") >= 3.0);
    }
}
