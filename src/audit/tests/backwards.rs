//! Who was told of somebody, read from the end: all of them, once each, whatever is written meanwhile.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use proptest::prelude::*;
use tempfile::TempDir;

use crate::audit::{
    AuditError, AuditLog, BEGINNING, Page, Place, Telling,
    backwards::Search,
    chained, files,
    tests::{files_of, note, telling, written},
};

/// More than any log of these tests.
const ALL: Search = Search {
    limit: 1_000,
    bytes_max: 1 << 30,
    block: 64 << 10,
};

fn person(number: usize) -> String {
    format!("{number:032x}")
}

fn people<const N: usize>(numbers: [usize; N]) -> BTreeSet<String> {
    numbers.map(person).into()
}

/// Whom the records of a page name as who asked.
fn names(page: &Page) -> Vec<&str> {
    page.told.iter().map(|told| told.who.as_str()).collect()
}

/// Writes records without a service: each is of `clerk-N`, of these people, in this file.
fn put(folder: &Path, file: u64, records: impl IntoIterator<Item = (usize, Vec<usize>)>) {
    let mut options = OpenOptions::new();
    let path = files::path(folder, file);
    let mut file = options.create(true).append(true).open(path).unwrap();
    for (number, about) in records {
        let telling = Telling {
            who: format!("clerk-{number}"),
            people: about.into_iter().map(person).collect(),
            ..telling(number)
        };
        let json = serde_json::to_string(&telling).unwrap();
        writeln!(file, "{} {json}", chained(BEGINNING, &json)).unwrap();
    }
}

/// All pages of a search, put together.
fn paged(search: Search, folder: &Path, people: &BTreeSet<String>) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut next = None;
    loop {
        let page = search.page(folder, people, next).unwrap();
        next = page.next;
        pages.push(page);
        if next.is_none() {
            return pages;
        }
        assert!(pages.len() < 10_000, "it never ends");
    }
}

#[test]
fn the_latest_is_told_first_and_as_it_was_noted() {
    let dir = written(12, 600);
    assert!(files_of(dir.path()).len() > 2);
    let log = AuditLog::open(dir.path()).unwrap();
    let page = log.told_of(&people([7]), None, 50).unwrap();
    let [told] = page.told.as_slice() else {
        panic!("{page:?}")
    };
    let noted = telling(7);
    assert_eq!(
        (&told.at, &told.who, &told.view),
        (&noted.at, &noted.who, &noted.view)
    );
    assert_eq!(
        (told.role.as_str(), told.action.as_str(), told.shown.as_str()),
        (noted.role, noted.action, noted.shown)
    );
    assert_eq!((&told.purpose, page.next), (&None, None));
    // Several ids of one person, and nobody.
    let several = log.told_of(&people([3, 1, 11]), None, 50).unwrap();
    let at: Vec<&str> = several.told.iter().map(|told| told.at.as_str()).collect();
    assert_eq!(at, [11, 3, 1].map(|number| telling(number).at));
    assert_eq!(log.told_of(&people([99]), None, 50).unwrap(), Page::default());
    // What was noted by the log that reads is there.
    note(&log, 3..4);
    assert_eq!(log.told_of(&people([3]), None, 50).unwrap().told.len(), 2);
}

#[test]
fn a_record_of_several_people_is_of_each_of_them() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 1, [(0, vec![]), (1, vec![1, 2, 3]), (2, vec![2])]);
    for (who, expected) in [(1, vec!["clerk-1"]), (2, vec!["clerk-2", "clerk-1"]), (4, vec![])] {
        assert_eq!(
            names(&ALL.page(dir.path(), &people([who]), None).unwrap()),
            expected
        );
    }
    // Two ids of one person in one record are one telling.
    let one = ALL.page(dir.path(), &people([1, 3]), None).unwrap();
    assert_eq!(names(&one), ["clerk-1"]);
}

#[test]
fn a_record_that_is_being_written_is_told_once_it_is() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 1, (0..3).map(|number| (number, vec![1])));
    let path = files::path(dir.path(), 1);
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n');
    let (one, two) = (Search { limit: 1, ..ALL }, people([1]));
    for length in last.unwrap() + 1..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        for block in [1, 7, 64 << 10] {
            let search = Search { block, ..ALL };
            let page = search.page(dir.path(), &two, None).unwrap();
            assert_eq!(names(&page), ["clerk-1", "clerk-0"], "{length} bytes");
        }
        // A page that was begun while it was written goes on when it is there.
        let first = one.page(dir.path(), &two, None).unwrap();
        fs::write(&path, &whole).unwrap();
        let second = one.page(dir.path(), &two, first.next).unwrap();
        assert_eq!(
            (names(&first), names(&second)),
            (vec!["clerk-1"], vec!["clerk-0"])
        );
        assert_eq!(names(&one.page(dir.path(), &two, None).unwrap()), ["clerk-2"]);
    }
}

#[test]
fn no_page_reads_more_than_its_bound_and_all_pages_read_all() {
    let dir = tempfile::tempdir().unwrap();
    // Who is looked for stands at the very beginning.
    put(dir.path(), 1, [(0, vec![1])]);
    for file in 1..4 {
        put(dir.path(), file, (1..200).map(|number| (number, vec![2])));
    }
    let bytes: u64 = files_of(dir.path())
        .iter()
        .map(|path| fs::metadata(path).unwrap().len())
        .sum();
    let search = Search {
        limit: 50,
        bytes_max: 4_096,
        block: 512,
    };
    let pages = paged(search, dir.path(), &people([1]));
    let (last, before) = pages.split_last().unwrap();
    assert!(before.iter().all(|page| page.told.is_empty()));
    assert_eq!(names(last), ["clerk-0"]);
    assert!(
        u64::try_from(pages.len()).unwrap() >= bytes / search.bytes_max,
        "{} pages of {bytes} bytes",
        pages.len()
    );
    // A bound that is less than a line is still gone on from.
    let tight = Search {
        bytes_max: 1,
        block: 1,
        ..search
    };
    assert_eq!(
        names(paged(tight, dir.path(), &people([1])).last().unwrap()),
        ["clerk-0"]
    );
}

#[test]
fn a_place_reads_back_and_none_of_another_log_is_gone_on_from() {
    let dir = written(4, 1 << 20);
    let page = Search { limit: 1, ..ALL }
        .page(dir.path(), &people([2]), None)
        .unwrap();
    let place = page.next.unwrap();
    let shown = place.to_string();
    assert_eq!(Place::parse(&shown), Some(place));
    for bad in [
        "",
        "x",
        shown.get(1..).unwrap(),
        &format!("{shown}0"),
        &shown.replacen('0', "+", 1),
        "\u{e9}",
    ] {
        assert_eq!(Place::parse(bad), None, "{bad}");
    }
    let from = |text: &str| {
        let place = Place::parse(text).unwrap();
        ALL.page(dir.path(), &people([0, 1, 2, 3]), Some(place))
    };
    // A file that is not there, and behind the end of one that is.
    for (file, end) in [(2, 0), (0, 0), (u64::MAX, 1), (1, 1 << 40), (1, u64::MAX)] {
        let refused = from(&format!("{file:016x}{end:016x}")).unwrap_err();
        assert!(matches!(refused, AuditError::NoSuchPlace), "{refused}");
    }
    // In the middle of a line: what is whole before it.
    let length = fs::metadata(files::path(dir.path(), 1)).unwrap().len();
    let (inside, beginning) = (
        format!("{:016x}{:016x}", 1, length - 5),
        format!("{:016x}{:016x}", 1, 0),
    );
    assert_eq!(from(&inside).unwrap().told.len(), 3);
    assert_eq!(from(&beginning).unwrap(), Page::default());
}

#[test]
fn a_line_that_is_no_record_is_told_by_its_place_alone() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 1, [(0, vec![1])]);
    let path = files::path(dir.path(), 1);
    let (sound, at) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().len());
    for line in [
        "mina@example.org\n",
        "\n",
        "0 {\"people\":[\"mina@example.org\"]\n",
        "0 {}\n",
    ] {
        fs::write(&path, [sound.as_slice(), line.as_bytes()].concat()).unwrap();
        let failed = ALL.page(dir.path(), &people([1]), None).unwrap_err();
        assert!(
            matches!(failed, AuditError::Unreadable { at: found, .. } if found == at),
            "{failed}"
        );
        assert!(!failed.to_string().contains("mina"), "{failed}");
    }
}

fn empty() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 1, []);
    dir
}

#[test]
fn nobody_was_told_of_anybody_in_an_empty_log() {
    let dir = empty();
    assert_eq!(ALL.page(dir.path(), &people([1]), None).unwrap(), Page::default());
    put(dir.path(), 2, []);
    assert_eq!(ALL.page(dir.path(), &people([1]), None).unwrap(), Page::default());
}

proptest! {
    #[test]
    fn no_paging_loses_or_doubles_anybody(
        // Of whom each record is, and whether a file begins with it.
        noted in prop::collection::vec((0_usize..4, prop::bool::weighted(0.2)), 0..40),
        late in prop::collection::vec(0_usize..4, 0..10),
        limit in 1_usize..5,
        bytes_max in 1_u64..3_000,
        block in 1_u64..700,
    ) {
        let dir = empty();
        let (mut file, mut expected) = (1, Vec::new());
        for (number, (about, begins)) in noted.iter().enumerate() {
            file += u64::from(*begins);
            put(dir.path(), file, [(number, vec![*about])]);
            if *about < 2 {
                expected.insert(0, format!("clerk-{number}"));
            }
        }
        let (search, wanted) = (Search { limit, bytes_max, block }, people([0, 1]));
        let (mut told, mut next, mut late) = (Vec::new(), None, late.into_iter());
        for pages in 0.. {
            prop_assert!(pages < 200, "it never ends");
            let page = search.page(dir.path(), &wanted, next).unwrap();
            prop_assert!(page.told.len() <= limit);
            told.extend(page.told.iter().map(|told| told.who.clone()));
            next = page.next;
            if next.is_none() {
                break;
            }
            // Somebody is told of somebody meanwhile, at times in a file of its own.
            if let Some(about) = late.next() {
                file += u64::from(about == 3);
                put(dir.path(), file, [(1_000 + about, vec![about])]);
            }
        }
        prop_assert_eq!(told, expected);
    }
}
