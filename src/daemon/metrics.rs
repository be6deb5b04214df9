//! Metrics as text (OpenMetrics 1.0, which Prometheus reads).

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// What [`render`] writes, for `Content-Type`.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The registry's metrics as they stand. An error means that one of them cannot be encoded.
pub fn render(registry: &Registry) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    encode(&mut text, registry)?;
    Ok(text)
}
