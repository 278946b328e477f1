//! Names to addresses, checked where the connection is made: no second look-up can say something else.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Error;
use super::rules::Rules;

/// What a look-up gives.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up: the system, or a script of a test.
pub(super) type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// Asks the system.
pub(super) fn of_the_system() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.collect())
        })
    })
}

/// What the client asks before each connection.
pub(super) struct Guard {
    pub(super) rules: Rules,
    pub(super) lookup: Lookup,
}

impl Guard {
    pub(super) async fn find(
        rules: Rules,
        lookup: Lookup,
        host: String,
    ) -> Result<Vec<SocketAddr>, Error> {
        let found = lookup(host.clone())
            .await
            .map_err(|cause| Error::UnknownHost {
                host: host.clone(),
                detail: cause.to_string(),
            })?;
        rules.check_found(&host, found)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, lookup) = (self.rules.clone(), Arc::clone(&self.lookup));
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found = Self::find(rules, lookup, host).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
