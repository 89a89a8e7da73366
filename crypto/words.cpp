// Words that are short, unlike one another and known to many, for people to compare keys by voice.
#include "crypto/words.h"

#include "crypto/must.h"
#include "crypto/signing.h"

namespace lotse::crypto {
namespace {

// The first 1024: three of them make a short authentication string. The order is part of the protocol.
constexpr std::string_view kPlainWords =
    "acorn actor admiral advice airport alarm album alley almond alphabet amber anchor angel animal ankle answer "
    "ant antenna anvil apple apricot april apron arch archive arena arm armor arrow artist ash aspen atlas atom "
    "attic august aunt autumn avenue avocado award axle baby badge badger bag bagel baker balcony ball ballet "
    "balloon bamboo banana band banjo bank banner barber barley barn baron barrel basket bat battery bay beach "
    "beacon bead beam bean bear beard beaver bed bee beetle belfry bell belt bench berry bicycle big bird biscuit "
    "bishop bison black blanket blossom blue board boat bobbin bolt bone bonfire book boot border bottle bowl box "
    "bracelet branch brass brave bread breeze brick bride bridge bright broom brother brown brush bubble bucket "
    "buckle budget buffalo bugle builder bulb bull bundle bunny bus bush butter button cabbage cabin cable cactus "
    "cafe cage cake calendar calf camel camera camp canal canary candle candy canoe canvas canyon captain car "
    "caramel caravan carbon card cargo carpet carrot cart castle cave cedar celery cello cement center chain chair "
    "chalk channel chapel chapter charm cheese cheetah chef cherry chess chest chicken chimney chin china choir "
    "church cider cinema circle circus citizen city clarinet classic clay clean clever cliff clock cloud clover "
    "clown club coach coast coat cobra cobweb cocoa coconut coffee coin collar color comb comet compass concert "
    "cookie copper coral cork corn corner cosmos cottage cotton couch country cousin cow cowboy crab cradle crane "
    "crater crayon cream cricket crocus crow crown crystal cube cuckoo cup curtain curve cushion cylinder cypress "
    "daisy dance dawn day deck deer delta dentist desert desk diamond diary dice dinner dish doctor dog doll "
    "dolphin domino donkey door dove dragon drawer dream dress drill drum duck duke dune dust eagle ear early "
    "earth easel east easy echo eclipse edge egg eight elbow elephant elevator eleven elk elm ember emerald "
    "emperor empty engine evening explorer express eye fable fabric factory fairy falcon family famous fan farm "
    "farmer fashion father feast feather fence fern ferry festival fiddle field fiesta fig film finger fire fish "
    "flag flame flamingo flask flavor flint floor flower flute fog folder forest fork fortress forum fossil "
    "fountain fox frame freckle freedom friday friend frog frost fruit funnel fur galaxy gallery garage garden "
    "garlic garnet gate gazelle gecko general gentle giant gift ginger giraffe girl glacier glad glass globe glove "
    "goat goblet gold golf gondola good goose gorilla grain granite grape grass gravel gray green grocery guitar "
    "gull gym hail hall hammer hammock hamster hand happy harbor harp harvest hat hawk hazel head heart heather "
    "hedge helmet hen herb hero heron hill hippo history hive hockey holiday hollow honey hood hoof hook horizon "
    "horn horse hospital hotel house hub human husky hut ice icicle igloo inch indigo ink insect iris iron island "
    "ivory ivy jacket jaguar jam january jar jasmine jazz jeans jelly jewel jigsaw joker journal journey judge jug "
    "juggler juice july june jungle jupiter jury kangaroo kayak kennel kettle key keyboard kid king kingdom kiosk "
    "kitchen kite kitten kiwi knee knife knight knot koala label lace ladder lady lagoon lake lamb lamp lantern "
    "laptop large lark laser laundry lava lavender lawn lawyer leaf leather lecture legend lemon lemonade lens "
    "leopard lesson letter lettuce library lift light lilac lily lime linen lion lip lizard llama lobster locket "
    "log logic lotus loud lucky lumber lunch lynx machine magazine magic magnet magpie maiden mail mammoth mango "
    "mantle map maple marathon marble march margin market marmot marsh mask mast master match mayor maze meadow "
    "medal melody melon member memory menu mercury mermaid metal meteor midnight milk mill million mimosa mineral "
    "mint minute mirror mission mist mitten model modern mole moment monday monkey monsoon month moon moose "
    "morning mosaic mother motor mountain mouse mouth movie muffin museum mushroom music mustang mustard napkin "
    "nature navy nebula needle nephew nest new nickel nine noble noodle north nose notebook novel nurse nut nutmeg "
    "nylon oak oasis ocean octagon october octopus office oil olive omelet onion opal open opera orange orbit "
    "orchard orchid organ origami ostrich otter oyster paddle page paint pajamas palace palm pancake panda panel "
    "panther papaya paper paprika parade parsley party passport pasta path patrol pavement peacock peanut pearl "
    "pebble pelican pencil penguin people pepper perfume piano picnic picture pigeon pillow pilot pioneer pirate "
    "pizza planet plaster plate platform plum poem polar police polo pond popcorn poppy porch port postcard potato "
    "powder prairie present prince printer prism prize pudding pumpkin puppet purple puzzle pyramid python quail "
    "quarry quartz queen question quick quiet quill quiver rabbit raccoon radar radio radish raft railway rainbow "
    "raisin ranger rapid raven ravine razor recipe record reef reindeer reptile rescue ribbon rich river robin "
    "robot rock rodeo roof rooster rope round rowing royal rubber ruby ruler rumba runner safari saffron sailor "
    "salad salmon salt sandal sandwich sapphire sardine satchel satin saturn sauce sausage scarf school science "
    "scissors scooter scout sculptor sea season secret seed senator sergeant seven shadow shampoo shark sheep "
    "shelf shelter sheriff shield ship shirt shoe shoulder shovel shower silver simple sister six skate sketch ski "
    "slipper sloth slow small smart smile smoke snail snake soap soccer sofa soldier solid sonata sonnet south "
    "soybean space spaniel sparrow spatula spider spinach spiral sponge spoon spring spruce square squash squid "
    "squirrel stable stadium stage stamp star starfish statue steam steel step stone stool stork straw street "
    "strong student studio subway sugar suitcase sultan summer sunday sunset surfer swallow swan sweater sweet "
    "swimmer swing symbol syrup tank tape target tart tavern taxi teacher teapot telegram temple tennis tent "
    "terrace theater thimble thistle thread throne thumb thunder thursday ticket tiger timber tin toad toaster "
    "today tomato tongue tooth top topaz tornado tortoise toucan tower town track tractor trail trapeze treasure "
    "tree triangle tribe trolley trombone trophy trousers truffle trumpet trunk tuba tuesday tulip tundra turban "
    "turkey turnip turtle tuxedo twelve twenty umbrella uncle unicorn uniform universe vanilla vase velvet venus "
    "veranda vessel victory video village vinegar violet violin visitor volcano voyage waffle wagon waiter walker "
    "walnut walrus wave wedding wheat wheel whisper white wild window winter wolf woman wombat wonder wool word "
    "workshop yacht yard year yellow yogurt young zebra zenith zephyr zero zigzag zinc zipper zoo ";

// The other 1024, for six words out of all.
constexpr std::string_view kMoreWords =
    "abacus abbey ability absolute academy accent access account acre acrobat active actress adapter address adobe "
    "advance adverb aerial affair agency agenda agent agile air aircraft airmail airplane airship aisle alcove "
    "algebra alien almanac alpaca alpine altar altitude alto aluminum amateur amazing ambition anagram analyst "
    "ancient anemone anise annual anthem antique antler anybody apex apology apparel appetite aquarium arcade "
    "archer arctic argument armchair aroma array arrival artisan artwork aspect asphalt assembly athlete atomic "
    "atrium attire auction audience audio auditor author average awake awning axis azalea azure backdrop backpack "
    "backyard bagpipe balance ballad ballpark bangle banquet bargain baritone baroque barrier baseball basil "
    "bassoon bazaar beauty bedroom beehive beige beret beverage bike binder biology birch birthday bistro blade "
    "blazer blender blizzard blouse bluebell bluff bobcat bobsled boiler bonsai bonus bookcase bookmark borough "
    "botany bottom bouquet bowling bowtie bracket breaker breath brew briefing brigade broccoli brochure broker "
    "bronco bronze buddy buffet bumper bungalow bureau burrow buzzer cabinet cadence cadet calcium calico calypso "
    "camping campus candid canopy canteen capital capsule carafe cardinal career careful caribou carnival carousel "
    "cartoon cascade cashew castaway catalog caterer caution cavalry caviar ceiling cellist century ceramic cereal "
    "chalet chamber chance chariot chateau cheddar chemist cherub chevron child chilly chime chisel chorus chowder "
    "chrome chuckle circuit citrus civil clarity clasp cleaner clerk client climate climber clinic closet cluster "
    "cobalt cobbler cockpit code collage collie cologne colonel colony column combine comedy comfort comic comma "
    "common company compost condor console contact content contour control convoy copilot cordial costume cougar "
    "council counter coupon courage courier court coyote cozy credit creek crimson crisp critic croquet crouton "
    "cruise crust cuisine culture cunning curator curfew curious current curry cursor custom cycle cymbal dahlia "
    "damsel dapper daring data dazzle debate debut decade decimal decoy degree deli deluxe denim depot deputy "
    "derby design desktop destiny detail device diagram dialect digit digital diploma direct disco ditch divine "
    "donut double dough dozen drama drapery drawing drift drizzle druid drummer duchess duffel dugout duplex duty "
    "dynamo eager earring eclair economy editor eel elastic elder elegant element elite embassy emblem emotion "
    "empire enamel energy enigma enjoy episode equal equator escort essay estate eternal event exact example "
    "exhibit exit exotic expert extra eyebrow facet faith fancy faraway federal fiber fiction fidget fifteen fifty "
    "figure filter final finish firefly fireman fisher fjord flannel fleece fleet float florist fluffy fluid foam "
    "focus foreign forever formal formula forty fragile freezer freight fresco fresh fringe fusion future fuzzy "
    "gadget gala gallant gallon gamma garland garment gauge genius genre geyser gingham glaze gleam glider glimmer "
    "glitter glory glossy goalie golden golfer gopher gospel gourmet grammar grand granny graphic gravity great "
    "griddle grip grotto group guard guest guide gusto habit habitat hairpin hamlet hangar harmony harness harpoon "
    "health heaven heavy helium helper hemlock herald herbal hermit hexagon hiccup highway hiker hinge hobby holly "
    "home honest honor hopeful hornet hour huddle humble humid humming humor hundred hybrid hydrant hyena hymn "
    "ideal image impact import income index indoor infant inlet input instant intense invite jackal jackpot jade "
    "jaunty javelin jersey jester jet jetty jogger joy junior juniper justice kale keen keeper kelp kimono kinetic "
    "knuckle lacquer lasso latte lattice laugh laurel leader league leek legal leisure lemur lentil level liberty "
    "license limit lineup liquid liter little lively living local locust lodge lofty lookout lounge lullaby lunar "
    "luxury lyric magma mallard manager mansion manual maraca marina maroon marquee marvel mascot matinee matrix "
    "maximum measure medium melodic mentor merit message method metro micro mighty miller mimic miner minimum "
    "minnow mixture mobile mocha modest module monarch monitor morsel mortar moss motto mural muscle mutual "
    "mystery myth name nanny nation native natural nectar neon nerve network neutral neutron niece nimble nomad "
    "notable notch notice nougat nova nuance nugget numeral nursery oatmeal object oboe obvious octave odyssey "
    "offer omega online onyx optic optimal oracle orator orbital oregano orient origin oriole outdoor outfit "
    "outline output outside oxygen ozone pacific paddock pagoda palette pantry parable paragon parcel parent "
    "parfait parka parlor parsnip partner passage passion pastel pasture patient patio patriot pattern peak pecan "
    "pendant pension percent perfect period person petunia phoenix phone photo phrase physics pianist pickle pier "
    "pigment pillar pinball pitcher pixel placid plank plasma plateau player plaza plenty plywood podium polish "
    "pollen pontoon popular portal porter portion pottery poultry precise prefix premier premium pretty pretzel "
    "primary private problem product profile program project promise proper prophet protein proton proud proverb "
    "prune public pulley pulp pulse pupil quaint quality quantum quarter quasar quiche quince quiz quota radiant "
    "radius rafter ragtime rally random rattle ready real receipt referee reflex refuge region regular relay "
    "relief relish remedy remote repair reply report result reward rhino rhubarb rhythm rigid ripple risotto rival "
    "roadway roller romance rosebud route rudder rustic sacred salsa salute samurai sandbox sauna savanna scale "
    "scallop scarlet scene scenic scholar score scratch screen screw script scroll seafood search second section "
    "sector segment select senior sense sequel serene series serious sesame settler seventy shade shawl sherbet "
    "shiny shrimp shrub shuttle signal silence silicon silo similar single siren sixteen sixty skill skillet "
    "skylark sleeve slice slogan slope smooth snack sneaker snorkel snug social society sonic soprano sorbet "
    "source special speech sphere spindle spirit splash spot spray sprout staff station steady stellar stencil "
    "stereo sticker stopper strait stretch stripe stunt sturdy style sublime suburb success sudden suede suit "
    "sulfur sunbeam sundial sunrise super supply support surface surgeon survey sushi swift switch syntax system "
    "tablet tactic talent talon tambour tangent tanker tassel tasty tawny teddy tempo tenant tender textile "
    "texture theme theory thermal third thirty thought thrift thrill throat thrush tiara tide timid title toddler "
    "toga token topic topsoil total totem tourist trade traffic tram transit trapper treaty treble trend tribute "
    "trio triple triumph trout trusty tugboat tumbler turbine turbo turf tutor tweed twelfth twig twinkle twist "
    "tycoon typhoon typical ultra unique unit update upper upright urchin usher usual utensil vacant vaccine "
    "valiant valid valve vantage vapor various varnish vault vehicle vendor venture verdict verse vertex viaduct "
    "vibrant villa vinyl virtual virtue vision visual vital vivid voice volley voltage volume voter voucher vowel "
    "wafer wagtail walkway washer wax website weekend welcome western wharf wick windy wisdom witty worker worthy "
    "woven wrench wrist xenon xylem zebu zesty zircon zither zodiac zoology ";

std::vector<std::string_view> split() {
  std::vector<std::string_view> words;
  for (std::string_view text : {kPlainWords, kMoreWords})
    for (std::size_t end; (end = text.find(' ')) != text.npos; text.remove_prefix(end + 1))
      words.push_back(text.substr(0, end));
  return words;
}

}  // namespace

std::span<const std::string_view> word_list() {
  static const std::vector<std::string_view> words = split();
  return words;
}

std::string six_words(ByteView hash) {
  must(hash.size() >= 9);  // 66 bits, from the first on
  std::string text;
  for (std::size_t word = 0; word < 6; ++word) {
    std::size_t index = 0;
    for (std::size_t bit = word * 11; bit < word * 11 + 11; ++bit)
      index = index << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1);
    text += (word > 0 ? " " : "") + std::string(word_list()[index]);
  }
  return text;
}

std::string three_words(std::uint32_t bits30) {
  std::string text;
  for (unsigned shift : {20u, 10u, 0u})
    text += (text.empty() ? "" : " ") + std::string(word_list()[bits30 >> shift & 1023]);
  return text;
}

}  // namespace lotse::crypto
