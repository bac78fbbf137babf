//! The console's pages: what is served, with which type, and that they name nothing outside.

use std::io::Write;

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use flate2::{Compression, write::GzEncoder};
use tower::ServiceExt;

use super::*;

/// Bytes of all files together, each packed alone.
const PACKED_BYTES_MAX: usize = 100_000;

async fn get_with(path: &str, held: Option<&str>) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
    request
        .headers_mut()
        .extend(held.map(|tag| (header::IF_NONE_MATCH, tag.parse().unwrap())));
    let response = router(&["https://desk.example".to_owned()])
        .oneshot(request)
        .await
        .unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn every_file_is_served_under_a_strict_policy_and_only_once() {
    for asset in ASSETS {
        let (status, headers, body) = get_with(asset.path, None).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, asset.text));
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        let tag = headers[header::ETAG].to_str().unwrap();
        let (status, _, body) = get_with(asset.path, Some(tag)).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::NOT_MODIFIED, ""),
            "{}",
            asset.path
        );
        assert_eq!(get_with(asset.path, Some("\"0\"")).await.0, StatusCode::OK);
    }
}

#[test]
fn every_file_that_is_named_is_there_and_none_is_elsewhere() {
    let named = ASSETS
        .iter()
        .flat_map(|asset| asset.text.split('"'))
        .filter(|text| text.starts_with("/console/"));
    let named: std::collections::BTreeSet<&str> = named.collect();
    let there: std::collections::BTreeSet<&str> = ASSETS
        .iter()
        .map(|asset| asset.path)
        .filter(|path| path.starts_with("/console/"))
        .collect();
    assert_eq!(named, there);
    for asset in ASSETS {
        let elsewhere = ["src=\"http", "href=\"http", "from \"http", "url(", "@import"];
        assert!(
            elsewhere.iter().all(|word| !asset.text.contains(word)),
            "{}",
            asset.path
        );
    }
}

/// The bytes of a text as a proxy packs it that takes its time.
fn packed_bytes(text: &str) -> usize {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap().len()
}

/// Whoever opens the console on a poor line waits for them. A file that is served at two addresses is one.
#[test]
fn all_files_together_are_small_when_they_are_packed() {
    let files: std::collections::BTreeSet<&str> = ASSETS.iter().map(|asset| asset.text).collect();
    let packed: usize = files.into_iter().map(packed_bytes).sum();
    assert!(packed < PACKED_BYTES_MAX, "{packed} bytes");
}

/// The keys of a file of words, in their order.
fn keys(path: &str) -> Vec<&'static str> {
    let file = ASSETS.into_iter().find(|asset| asset.path == path).unwrap();
    let lines = file.text.lines().filter_map(|line| line.strip_prefix("  \""));
    lines.map(|line| line.split_once("\": ").unwrap().0).collect()
}

/// English leaves names out that read as the API writes them, which is what a page says where there is no word.
#[test]
fn every_language_has_the_same_words_each_once() {
    let [english, persian] = ["/console/en.js", "/console/fa.js"].map(keys);
    let distinct: std::collections::BTreeSet<_> = persian.iter().collect();
    assert_eq!(distinct.len(), persian.len());
    let (both, names): (Vec<&str>, Vec<&str>) = persian.into_iter().partition(|key| english.contains(key));
    assert_eq!(english, both);
    assert!(english.len() > 100, "{}", english.len());
    let asks = |how: String| ASSETS.iter().any(|asset| asset.text.contains(&how));
    for name in names {
        let (kind, _) = name.split_once('.').unwrap();
        assert!(asks(format!("word(\"{kind}\", ")), "{name} is no name");
        assert!(!asks(format!("t(`{kind}.")), "{name} has no word in English");
    }
}

#[test]
fn every_word_that_a_page_asks_for_is_there() {
    let known = keys("/console/en.js");
    for asset in ASSETS {
        for asked in asset
            .text
            .split(" t(\"")
            .skip(1)
            .chain(asset.text.split("(t(\"").skip(1))
        {
            let (key, _) = asked.split_once('"').unwrap();
            assert!(known.contains(&key), "{} asks for {key}", asset.path);
        }
    }
}

/// The policy would stop it in a browser; here it is said before.
#[test]
fn no_data_becomes_markup_or_script() {
    let dangerous = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
    ];
    for asset in ASSETS {
        assert!(
            dangerous.iter().all(|word| !asset.text.contains(word)),
            "{}",
            asset.path
        );
    }
    for page in ASSETS
        .iter()
        .filter(|asset| asset.media_type.starts_with("text/html"))
    {
        let page = page.text;
        assert!(page.matches("<script").count() == page.matches("<script type=\"module\" src=").count());
        assert!(!page.contains("style=\"") && !page.contains(" onclick") && !page.contains("javascript:"));
    }
}

#[tokio::test]
async fn the_agents_card_alone_may_stand_in_a_frame() {
    for asset in ASSETS {
        let (_, headers, _) = get_with(asset.path, None).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let expected = match asset.path {
            "/agent" => "frame-ancestors 'self' https://desk.example",
            _ => "frame-ancestors 'none'",
        };
        assert!(policy.ends_with(expected), "{}: {policy}", asset.path);
    }
}
