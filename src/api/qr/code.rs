//! The code itself: the address it holds and its picture.

use qrcode::{EcLevel, QrCode, render::svg};

use crate::api::Failure;

/// Pixels of the picture's side, at least.
const SIDE: u32 = 240;

/// The address that a code with `token` holds. In upper case as far as case means nothing: a code needs fewer squares
/// for it.
pub(crate) fn url(public_url: &str, token: &str) -> String {
    let host_from = public_url
        .find("://")
        .map_or(0, |at| at.saturating_add("://".len()));
    let (scheme, rest) = public_url.split_at_checked(host_from).unwrap_or(("", public_url));
    let (host, path) = rest
        .split_at_checked(rest.find('/').unwrap_or(rest.len()))
        .unwrap_or((rest, ""));
    format!(
        "{}{}{path}/Q/{token}",
        scheme.to_ascii_uppercase(),
        host.to_ascii_uppercase()
    )
}

/// The picture of a code that holds `url`, with the quiet zone that scanners need.
///
/// # Errors
/// When the address is longer than a code can hold.
pub(crate) fn svg(url: &str) -> Result<String, Failure> {
    let code =
        QrCode::with_error_correction_level(url, EcLevel::M).map_err(|error| Failure::internal(&error))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .min_dimensions(SIDE, SIDE)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    #[test]
    fn an_address_is_upper_case_where_case_means_nothing() {
        assert_eq!(url("https://yekta.example", "A2"), "HTTPS://YEKTA.EXAMPLE/Q/A2");
        assert_eq!(url("http://127.0.0.1:8080", "A2"), "HTTP://127.0.0.1:8080/Q/A2");
        assert_eq!(url("https://a.example/Shop", "A2"), "HTTPS://A.EXAMPLE/Shop/Q/A2");
    }

    #[test]
    fn upper_case_makes_a_smaller_code() {
        let width = |url: &str| {
            QrCode::with_error_correction_level(url, EcLevel::M)
                .unwrap()
                .width()
        };
        let small = url("https://yekta.example", TOKEN);
        assert_eq!((width(&small), width(&small.to_lowercase())), (29, 33));
        assert!(svg(&small).unwrap().starts_with("<?xml"));
    }
}
