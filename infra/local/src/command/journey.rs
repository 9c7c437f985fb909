//! Playing stories: in a fresh world on this machine, or against a stack that is deployed somewhere.

use std::path::PathBuf;

use accounts::Operators;
use journeys::{STORIES, SignIn, Stage, Story};
use planet::{Options, Planet, RoleError, Storage, demo, log};
use platform::{Aws, Environment};
use tracing::level_filters::LevelFilter;

/// The story with this name, the first one without a name, or all of them.
pub(crate) fn find(name: Option<&str>) -> Result<Vec<Story>, String> {
    let name = name.unwrap_or(journeys::FIRST);
    if name == "all" {
        return Ok(STORIES.to_vec());
    }
    let story = journeys::find(name).ok_or_else(|| {
        format!(
            "there is no journey {name}; there are: {}, all",
            journeys::names()
        )
    })?;
    Ok(vec![story])
}

/// Each story in a fresh world.
pub(crate) async fn here(template: PathBuf, stories: &[Story]) -> Result<(), String> {
    log::start(LevelFilter::WARN);
    let options = Options {
        template,
        storage: Storage::Memory,
        port: 0,
    };
    for story in stories {
        let planet = Planet::start(&options).await.map_err(in_words)?;
        planet.seed_demo().await.map_err(in_words)?;
        let outcome = play(*story, &planet.stage()).await;
        planet.stop().await.map_err(in_words)?;
        outcome?;
    }
    Ok(())
}

/// The stories against the stack at `url`, after its demo world was made if the table of its accounts
/// is named.
pub(crate) async fn against(
    url: &str,
    accounts_table: Option<&str>,
    stories: &[Story],
) -> Result<(), String> {
    log::start(LevelFilter::WARN);
    let environment = Environment::of_process();
    let stage = Stage {
        url: url.to_owned(),
        operator: operator(&environment)?,
    };
    if let Some(name) = accounts_table {
        let aws = Aws::of_environment(&environment).map_err(in_words)?;
        let operators = Operators::new(aws.table(name));
        let promote = async |account| operators.add(account).await.map_err(RoleError::from);
        demo::seed(&stage, promote).await.map_err(in_words)?;
    }
    for story in stories {
        play(*story, &stage).await?;
    }
    Ok(())
}

fn operator(environment: &Environment) -> Result<SignIn, String> {
    let email = environment.get("PLANET_OPERATOR_EMAIL");
    let password = environment.get("PLANET_OPERATOR_PASSWORD");
    match (email, password) {
        (Some(email), Some(password)) => Ok(SignIn {
            email: email.to_owned(),
            password: password.to_owned(),
        }),
        (None, None) => Ok(demo::operator()),
        _ => Err("PLANET_OPERATOR_EMAIL and PLANET_OPERATOR_PASSWORD belong together".into()),
    }
}

async fn play(story: Story, stage: &Stage) -> Result<(), String> {
    let name = story.name;
    story
        .play(stage, &mut |line| println!("{line}"))
        .await
        .map_err(|broken| format!("the journey {name} broke: {broken}"))?;
    println!("The journey {name} held.");
    Ok(())
}

fn in_words(error: impl ToString) -> String {
    error.to_string()
}
