// What a recipe asks for, held against its network, its data and what came out.
#ifndef DC_PIPELINE_RECIPE_CHECKS_H_
#define DC_PIPELINE_RECIPE_CHECKS_H_

#include <utility>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/recipe.h"
#include "dc/report.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// The trainings of the stages that there are, by what a recipe calls them.
std::vector<std::pair<const char*, const TrainOptions*>> TrainingsOf(const Recipe& recipe);

// UsageError for a setting of any stage that does not fit `graph`, the recipe's network: before the
// first stage works, not when the last one begins.
Status CheckRecipe(const Recipe& recipe, const Graph& graph, const Dataset* data);

// UsageError where stages need data and there is none.
Status CheckDataGiven(const Recipe& recipe, const Dataset* data);

// GoalNotMet that says by how much `report` misses the recipe's goal.
Status CheckGoal(const Recipe& recipe, const Report& report);

}  // namespace dc

#endif  // DC_PIPELINE_RECIPE_CHECKS_H_
