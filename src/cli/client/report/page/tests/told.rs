//! What a reader of the page of a usual day is told.

use super::answers::Answers;

/// What stands in a section, as it is read: without tags, and with spaces for those that do not break.
fn read(page: &str, id: &str) -> String {
    let (_, behind) = page.split_once(&format!("<section id=\"{id}\"")).expect(id);
    let (inside, _) = behind.split_once("</section>").expect("the end of it");
    let inside = inside.replace("<bdi>", "").replace("</bdi>", "");
    let texts = inside
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text = texts.collect::<Vec<_>>().join("|");
    text.replace('\u{a0}', " ").replace("&#39;", "'")
}

/// Whether a section tells all of this.
pub(super) fn check(page: &str, id: &str, expected: &[&str]) {
    let read = read(page, id);
    for text in expected {
        assert!(read.contains(text), "{id}: {text} is not in {read}");
    }
}

fn usual(id: &str, expected: &[&str]) {
    check(&Answers::usual().page(), id, expected);
}

#[test]
fn scores_stand_with_how_many_and_with_their_intervals() {
    usual("scores", &["−6.8", "95 %: −20.2 to +6.7; n 148"]);
    usual("scores", &["promoters 47, passives 44, detractors 57"]);
    usual("scores", &["28 days: +26.9 (+23.6 to +30.3), n 2,310"]);
    usual("scores", &["2026-11-20", "+11.0", "−2.0 to +24.0"]);
    usual("scores", &["74.0 %", "95 %: 65.9 % to 80.8 %; n 131"]);
    usual("scores", &["4.81", "Fewer than 30 answers", "By channel"]);
    usual("scores", &["(not said)", "+8.3 (−40.4 to +57.1), n 12, too few"]);
    usual(
        "feelings",
        &["customers felt +0.13 (95 %: +0.06 to +0.21; n 212)"],
    );
    usual("feelings", &["angry", "late delivery"]);
    usual(
        "first",
        &[
            "NPS is lower than its usual +26.9",
            "37 more matters were opened than closed over 28 days.",
        ],
    );
}

#[test]
fn journeys_tell_highs_lows_and_the_end_and_where_customers_are_lost() {
    usual("journeys", &["peak +0.69 at delivery, end −0.09 at refund"]);
    usual("journeys", &["the mean of all is +0.08", "refund (end)"]);
    usual("journeys", &["2 checkout", "−0.47", "low", "delivery", "high"]);
    usual("journeys", &["CSAT 33.3 % (21.0 % to 48.4 %), n 42", "error 44"]);
    usual("journeys", &["Most are lost in discover: 2,100."]);
    usual("journeys", &["came in 9,400, lost 2,100", "buy 3,900, after 2 h"]);
    usual("first", &["purchase loses most customers in discover: 2,100."]);
}

#[test]
fn gaps_tell_what_to_mend_and_coverage_what_is_not_known() {
    usual(
        "gaps",
        &["mend first", "keep it up", "mend later", "more than needed"],
    );
    usual("gaps", &["less than is acceptable (1)", "not measured (1)"]);
    usual("gaps", &["−53.5", "24.3 to 28.7", "61.2, n 200; since then −3.4"]);
    usual("gaps", &["rival 72; against it −4.1"]);
    usual(
        "first",
        &["checkout on purchase is at 26.5 of 100 (n 85); 60 is the"],
    );
    usual("first", &["Missing first: emotion at product page on purchase."]);
    usual(
        "coverage",
        &["Missing first: emotion at product page", "7,400", "missing"],
    );
}

#[test]
fn what_was_done_stands_beside_what_was_answered() {
    usual("contacts", &["3,796 messages", "410", "10.8 %"]);
    usual("contacts", &["open ticket", "service recovery hold", "3.2 %"]);
    usual("operations", &["2 min 22 s", "12.1 %", "61.0 %"]);
    usual("operations", &["care", "+18.0 (−3.0 to +39.1), n 61"]);
    usual("operations", &["As queue time rises, NPS and CSAT fall."]);
    usual("operations", &["−0.71 (−0.87 to −0.43), 25 days"]);
    usual("silent", &["falling visitor", "1,240", "58", "1,402"]);
    usual(
        "follow-ups",
        &["19", "more opened than closed", "37", "17 h 50 min"],
    );
    usual("training", &["refund", "211", "48", "22.7 %"]);
    usual("employees", &["6.41", "5.60 to 7.22", "22"]);
    usual("trials", &["win back", "4,410", "+0.037"]);
    usual("trials", &["+0.005 to +0.068", "brings orders"]);
    usual("segments", &["48,210 customers", "champions", "2,110", "4.4 %"]);
}
