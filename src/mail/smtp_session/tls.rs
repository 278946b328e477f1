//! TLS to the mail server: rustls on ring, trusting what the system trusts and the relay's own authority.
//!
//! There is no way to switch a check off: a session whose certificate is wrong does not come about.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::Relay;
use crate::domain::smtp_reply::SmtpReply;

/// What the handshakes with one relay share. Kept, because loading the authorities takes milliseconds and because
/// sessions are resumed out of it.
#[derive(Clone)]
pub(in crate::mail) struct TlsContext {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl TlsContext {
    /// Reads the authorities, on a thread that may block.
    pub(in crate::mail) async fn load(relay: &Relay) -> Result<Self, SmtpReply> {
        let (host, ca) = (relay.host.clone(), relay.ca.clone());
        tokio::task::spawn_blocking(move || Self::read(host, ca.as_deref()))
            .await
            .map_err(|cause| failure(&cause))?
            .map_err(|cause| SmtpReply::new(0, &cause))
    }

    fn read(host: String, ca: Option<&Path>) -> Result<Self, String> {
        let name = ServerName::try_from(host).map_err(|cause| cause.to_string())?;
        let authorities = ca.map(authorities).transpose()?.unwrap_or_default();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))
            .map_err(|cause| cause.to_string())?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| cause.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        })
    }

    pub(super) async fn handshake(
        &self,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, SmtpReply> {
        self.connector
            .connect(self.name.clone(), stream)
            .await
            .map_err(|cause| failure(&cause))
    }
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = path.display();
    let pem = std::fs::read(path).map_err(|cause| format!("cannot read {name}: {cause}"))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|cause| format!("{name} is not a PEM file of certificates: {cause}"))?;
    if found.is_empty() {
        return Err(format!("{name} holds no certificate"));
    }
    Ok(found)
}

fn failure(cause: &dyn std::fmt::Display) -> SmtpReply {
    SmtpReply::new(0, &format!("TLS: {cause}"))
}
