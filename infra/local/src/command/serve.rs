//! Commands that serve something until Ctrl-C.

use std::net::IpAddr;

use planet::{Options, Planet, ServedEngines, ServedGateway, Storage, log};
use tracing::level_filters::LevelFilter;

/// The whole platform.
pub(crate) async fn platform(options: &Options, seed_demo: bool) -> Result<(), String> {
    let stop = begin()?;
    let planet = Planet::start(options).await.map_err(in_words)?;
    if seed_demo {
        let world = planet.seed_demo().await.map_err(in_words)?;
        println!("{world}");
    }
    println!(
        "Planet is ready at {} (docs at /docs, {}).",
        planet.url(),
        kept(options)
    );
    stop.await;
    println!("Stopping.");
    planet.stop().await.map_err(in_words)
}

/// The engines alone.
pub(crate) async fn engines(options: &Options, host: IpAddr) -> Result<(), String> {
    let stop = begin()?;
    let served = ServedEngines::start(options, host)
        .await
        .map_err(in_words)?;
    println!(
        "The engines are ready at {} ({}).",
        served.url(),
        kept(options)
    );
    stop.await;
    println!("Stopping.");
    served.stop().await.map_err(in_words)
}

/// The payment gateway alone.
pub(crate) async fn gateway(host: IpAddr, port: u16) -> Result<(), String> {
    let stop = begin()?;
    let served = ServedGateway::start(host, port).await.map_err(in_words)?;
    println!("The payment gateway is ready at {}.", served.url());
    stop.await;
    println!("Stopping.");
    served.stop().await;
    Ok(())
}

/// Starts the log and listens for Ctrl-C: before anybody is told that something is ready, since from
/// then on it must stop cleanly.
fn begin() -> Result<impl Future<Output = ()>, String> {
    let level = std::env::var("LOG_LEVEL").ok();
    let level = level.and_then(|level| level.parse().ok());
    log::start(level.unwrap_or(LevelFilter::INFO));
    stop_asked().map_err(|error| format!("Ctrl-C cannot be awaited: {error}"))
}

fn kept(options: &Options) -> String {
    match &options.storage {
        Storage::Memory => "nothing is kept".to_owned(),
        Storage::Directory(path) => format!("data in {}", path.display()),
    }
}

fn in_words(error: impl ToString) -> String {
    error.to_string()
}

/// Ends when Ctrl-C is pressed or a process manager asks to stop; listens from this call on.
#[cfg(unix)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when Ctrl-C is pressed; listens from this call on.
#[cfg(windows)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        pressed.recv().await;
    })
}
