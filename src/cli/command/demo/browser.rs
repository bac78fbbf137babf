//! Opening the demo's page in the browser of whoever watches.

/// Opens `url`; where that fails the address is still printed, so it is a warning and no error.
///
/// On a thread of its own: where there are no windows some systems start a browser that runs in the terminal.
pub(super) fn open(url: String) {
    std::thread::spawn(move || {
        if let Err(error) = webbrowser::open(&url) {
            tracing::warn!(error = %error, "no browser was opened");
        }
    });
}
