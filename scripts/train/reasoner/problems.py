"""The problem kinds: which numbers, which wording, which scratchpad, which answer.

`make(rng)` returns a `Problem`. Word problems are rows of (weight, formula, answer form, templates);
a formula such as `x+y-z` is worked from left to right, which every formula here is written for.
"""

import random
import re
from typing import NamedTuple, Optional

import scenarios
import scratchpad as pad
import wording
from wording import MACROS, _distribute, capitalise, context, expand, render_number


class Problem(NamedTuple):
    kind: str
    question: str
    think: str
    answer: str
    value: Optional[int]  # None for small talk and refusals.


# --- Word problems -------------------------------------------------------------------------------
# Answer forms: "has" -> "Sam has 42 apples." for a named person, else "42 apples."; "U", "money", …
# -> number and unit; "" -> the number alone.
WORD = []


def word(kind, weight, formula, form, text, people=0.0, size="any"):
    templates = [_distribute(line.strip()) for line in text.strip().split("\n") if line.strip()]
    WORD.append((kind, weight, formula, form, templates, people, size))


word("add: get more", 6, "x+y", "has", """
@start. @gainsentence. @qnow
@start. @gainsentence. @qnow
@start and $P @gain. @qnow
@start and @gain. @qnow
@start and then @gain. @qnow
@start. @when, $P @gain. @qnow
if @start and @gain, @qnow
if @start and $P @gain, @qnow
if @start and @gainsentence, @qnow
@start, @gainsentence. @qnow
@start, then @gain. @qnow
@start. After that, $P @gain. @qnow
how many $U $doesnow $N have if $P ~start with $x and @gain?
how many $U $doesnow $N have if $P ~have $x and @gain?
$N ~have $x $U. How many will $P have if $P @gain?
$N ~have $x $U. How many $U will $N have after $P @gain?
$N ~have $x $U. $y more {are|were} added. @qnow
$x $U are $place. {Someone|$M} {puts|adds} $y more $U there. @qnow
There {are|were} $x $U $place. {$y more {arrive|come|are added|were added|appear}|Then $y more {came|arrived}|Another $y {join|joined|arrive}}. @qnow
There are $x $U $place and $M {puts|brings} $y more. @qnow
a {tree|shop|store|library|garden|farm|pond} has $x $U. {It|The owner} gets $y {more|new ones|new $U}. How many $U does it have now?
""")
word("add: people join", 2, "x+y", "U", """
There {are|were} $x $U {on the bus|in the room|at the party|on the train|in the pool|in line|in the class|at the concert|in the park}. {$y more {get on|come in|arrive|join|come|enter}|Then $y more {came|got on|arrived|joined them|showed up}|At the next stop $y more get on}. How many $U are {there now|there|now there|on it now|there altogether|there in total}?
$x $U {are|were} {waiting|playing|sitting|standing} {in the park|in the yard|at the stop|in the hall|outside}. $y {more|other|new} $U {join them|come|arrive|joined|came}. How many $U are there {now|altogether|in all|}?
A {bus|train|boat|plane|hall|class} has $x $U. $y more {get on|come aboard|join|enter}. How many $U are {on it|there|in it} now?
If $x $U are in a room and $y more come in, how many $U are there?
""", people=0.85)
word("add: combine two people", 6, "x+y", "together", """
$N ~have $x $U and $M %have $y[ $U]. How many $U do they have {together|in total|altogether|in all|combined}?
$N ~have $x $U. $M %have $y[ $U]. How many $U {do they have {together|in total|altogether|in all|combined}|are there in all|are there in total|is that}?
$M %{collect|pick|find|buy|catch|make|sell|count|bake|read|plant|draw|see|win|eat} $x $U and $K %{collect|pick|find|buy} $y. How many $U {did they get|do they have|were there|is that|do $M and $K have} {together|in all|altogether|in total}?
$M has $x $U, and $K has $y $U. {What is the total number of $U?|How many $U in total?|How many do they have together?|How many have they got together?|How many $U do $M and $K have?}
If $N ~have $x $U and $M %have $y, {how many $U do they have together|how many $U are there in total|how many in total|how many do they have altogether}?
$M and $K {put|share|combine|pool} their $U. $M has $x and $K has $y. How many $U are there{ in total| altogether|}?
Together, how many $U do $M and $K have if $M has $x and $K has $y?
$N ~{collect|pick|find|count|make|catch|sell|see} $x $U {and|while} $M %{collect|pick|find|count|make|catch|sell|see} $y. {How many {was|is} that {altogether|in total|together}?|What's the total?|How many $U did they {collect|have|get|count|pick|find} together?}
my {brother|sister|friend|mom|dad|cousin} has $x $U and I have $y. How many $U do we have {together|altogether|in total|in all}?
""")
word("add: combine two sorts", 6, "x+y", "", """
There are $x $U and $y $V $place. How many {things|items|objects|pieces|of them} are there {in total|altogether|in all|together|}?
$N ~have $x $a1 $w_s and $y $a2 $w_s. How many $w_s {$doesnow $P have|are there} {in total|altogether|in all|}?
$N ~have $x $a1 $w_s and $y $a2 ones. How many $w_s {$doesnow $P have|are there|is that} {in total|altogether|in all|}?
a $c {has|holds|contains} $x $a1 $w_s and $y $a2 {$w_s|ones}. How many $w_s are {in the $c|there|there in all|there altogether|in it}?
$x $U and $y $V: how many {altogether|in total|things is that|items}?
$N ~{buy|see|find|count|sell|pick|order} $x $U and $y $V. How many {things|items|of them} {did $P {buy|see|find|count|sell|pick|order}|is that|is that altogether|was that in total} {in all|altogether|in total|}?
$N ~{buy|see|find|count|sell|pick|order} $x $U and $y $V. How many $U and $V {did $P get|are there|is that} {in all|altogether|in total|}?
a farmer has $x {cows|sheep|pigs|hens} and $y {goats|horses|ducks|chickens}. How many animals {does he have|are there|are on the farm|does the farmer {own|have}} {in all|altogether|in total|}?
{In the zoo|At the zoo|On the farm|In the field|In the barn|In the shelter} there are $x {lions|cows|monkeys|bears|dogs|sheep} and $y {zebras|goats|tigers|birds|cats|horses}. How many animals are there{ in all| altogether| in total|}?
A {bouquet|vase|garden} has $x {roses|red flowers|tulips|daisies} and $y {lilies|white flowers|sunflowers|violets}. How many flowers are there{ in all| altogether| in total|}?
A fruit bowl has $x {apples|pears|plums} and $y {bananas|oranges|kiwis}. How many {pieces of fruit|fruits} are {in the bowl|there|there in total}?
In a class there are $x {boys|girls} and $y {girls|boys}. How many {students|children|kids|pupils} are {in the class|there|there in total|there altogether}?
A {class|school|team|club|choir|group|camp} has $x {boys|men} and $y {girls|women}. How many {people|members|students} {are there|are in it|does it have} {in total|altogether|in all|}?
$x {men|boys|adults|teachers} and $y {women|girls|children|students} {came to|attended|were at|went on} {the party|the show|the meeting|the trip}. How many people {came|attended|were there|went|is that} {in total|altogether|in all|}?
""")
word("add: two days", 4, "x+y", "U", """
$N ~{sell|read|pick|make|collect|catch|bake|find|plant|write|see|buy|use|eat} $x $U {on Monday|in the morning|yesterday|on Saturday|last week|in May|the first day|in January} and $y {on Tuesday|in the afternoon|today|on Sunday|this week|in June|the next day|in February}. How many $U {{is|was} that {altogether|in total|in all}|in total|altogether|did $P {sell|read|pick|make|collect|get} {in all|altogether|in total|over the two days|on both days}}?
{On Monday|In the morning|Yesterday|On Friday|Last month} $N ~{sell|read|pick|make|collect|catch|find|buy} $x $U. {On Tuesday|In the afternoon|Today|On Saturday|This month}[,] $P ~{sell|read|pick|make|collect|catch|find|buy} {$y|$y more|another $y}. {What is the total|How many $U is that|How many $U {was that|altogether|in total}|How many $U did $P {get|have|collect} in {all|total}}?
A {shop|store|bakery|cafe|market|stand|company|school|museum} sold $x $U {on Monday|yesterday|in the morning|last week|on Saturday} and $y[ $U] {on Tuesday|today|in the afternoon|this week|on Sunday}. How many $U did it sell {in total|altogether|in all|over the two days|}?
{The|A} {shop|bakery|factory|store} {sold|made} $x $U one day and $y the next. What's the total number of $U{ sold| made|}?
""")
word("add: pages, visitors", 2, "x+y", "", """
$N ~read $x pages {on Monday|in the morning|yesterday|of a book} and $y pages {on Tuesday|in the evening|today|the next day}. How many pages did $P read{ in total| altogether| in all|}?
$x {people|visitors|tourists} {came to|visited} the {museum|zoo|park|fair} {on Saturday|in the morning|yesterday} and $y {on Sunday|in the afternoon|today}. How many {people|visitors} {was that|came|visited} {in total|altogether|in all|}?
$N {scored|got|earned|made|won} $x points in the first {game|round|test|match|quiz} and $y[ points] in the second. {What is {$h|the} total score?|How many points did $P {score|get} {in total|altogether|in all}?|What was {$h|the} total?}
$N got $x points and $M got $y points. How many points did they get {together|in total|altogether|combined}?
{The|A} {red|home|blue} team scored $x points and {the|a} {blue|away|green} team scored $y. How many points were scored{ in total| altogether|}?
""")
word("add: money", 3, "x+y", "money", """
$N ~have $xm and ~{earn|get|find|receive|save|win} $ym{ more|}. How {much money|much|many $money} $doesnow $P have {now|in total|altogether|in all|}?
$N ~have $xm. {$P ~{earn|get|find|receive|save} $ym more|$M %give $o $ym|$M %give $o another $ym}. How {much money|much|many $money} $doesnow {$P|$N} have {now|in total|altogether|in all|}?
a {$u|shirt|book|hat} costs $xm and a {$v|pen|drink|toy} costs $ym. {How much do they cost together|How much is it for both|What is the total cost|What do both cost together|How much do I pay for both|How much for the two of them|What's the total price}?
$N ~buy a $u for $xm and a $v for $ym. How much did $P {spend|pay}{ in total| altogether| in all|}?
$N ~{spend|pay} $xm {on|for} {lunch|a $u|food|books|a ticket} and $ym {on|for} {dinner|a $v|drinks|games|a snack}. {How much is that in total|How much did $P spend{ in all| altogether| in total|}|What is the total}?
$N ~save $xm in {January|the first week|March|one week} and $ym in {February|the second week|April|the next}. How much {did $P save|is that|has been saved} {in total|altogether|in all|}?
a $u costs $xm. A $v costs $ym more[ than the $u]. How much does the $v cost?
the price of a {$u|ticket} {was|is} $xm. It {goes|went} up by $ym. What is the {new price|price now}?
""")
word("add: distance and time", 3, "x+y", "", """
$N ~{walk|run|drive|ride|hike|travel|swim|cycle|jog} $x $len {in the morning|on Monday|to the store|on Saturday|first} and $y $len {in the afternoon|on Tuesday|to the park|on Sunday|after that|in the evening}. How {far|many $len} {did $P go|is that|did $P {walk|travel|go} {in total|altogether|in all}|does $P {go|travel} that day}?
$N ~{walk|run|drive|ride|hike|travel} $x $len, then ~{rest|stop}, then another $y $len. {How {far|many $len} {was it|is that} {in total|altogether}?|What is the total distance?}
a {car|train|bus|truck|bike|ship} {goes|drives|travels} $x $len {and then|and} {another $y|$y more|$y} $len. How {far|many $len} {does it go|does it travel|is that} {in total|altogether|in all|}?
It is $x $len from {A to B|home to school|the house to the shop} and $y $len from {B to C|school to the park|the shop to the lake}. How far is it {in total|altogether|from A to C|all the way}?
$N ~spend $x {minutes|hours} {reading|on homework|cooking|cleaning|practicing|studying} and $y {minutes|hours} {playing|on chores|washing up|running|drawing}. How {long|many minutes|much time} {is that|did $P spend|was that} {in total|altogether|in all|}?
One {rope|string|ribbon|board|pipe} is $x $len long and another is $y $len long. {What is their total length|How long are they together|How many $len is that altogether}?
a {movie|film|class|trip|lesson} {lasts|takes|is} $x minutes and {the next one|another|a second one} {lasts|takes|is} $y minutes. How many minutes {is that|do they take} {in total|altogether|together}?
A {bag|box|dog|crate} weighs $x $kg and {another|a second one|a cat} weighs $y $kg. {How much do they weigh together|What is the total weight|How heavy are they together}?
it was $x degrees {in the morning|yesterday|at noon|at dawn}. {It {got|became} $y degrees warmer|The temperature {rose|went up} by $y degrees|Then it rose $y degrees}. What is the temperature now?
""")
word("add: more than", 4, "x+y", "has", """
$M has $x $U. $N ~have $y more[ $U] than $M. How many $U $doesnow $N have?
$N ~have $y more $U than $M. $M has $x[ $U]. How many {$U|} $doesnow $N have?
$M has $x $U and $N ~have $y more[ than $mo]. How many $U $doesnow $N have?
$N ~have $y more $U than $M, who has $x. How many $U $doesnow $N have?
If $M has $x $U and $N ~have $y more, how many $U $doesnow $N have?
$M {picked|found|caught|made|sold} $x $U. $N {picked|found|caught|made|sold} $y more than $M. How many {$U|} did $N {get|pick|find|have}?
""", size="xy")
word("add: age later", 3, "x+y", "years", """
$N ~~be $x years old{ now| today|}. How old will $P be in $y years?
$N ~~be $x[ years old]. How old will {$P|$N} be {in $y years|$y years from now|after $y years}?
$N ~~be $x years old. $M is $y years older[ than $o]. How old is $M?
$M is $y years older than $N. $N ~~be $x[ years old]. How old is $M?
If $M is $x {now|today|years old}, how old will $Q be in $y years?
in $y years, how old will a $x year old be?
$M is $x. $mh $rel is $y years older. How old is {the|$mh} $rel?
""", size="small")
word("add: unknown start", 4, "x+y", "U", """
$N ~{give|hand} {away $y|$y to $M|$y away} {of $h $U |}and ~{have|be left with} $x {left|remaining|now}. How many $U did $P have {at first|at the start|before|to begin with|in the beginning|originally}?
$N had some $U. {$P gave away $y|$P lost $y|$P ate $y|$P sold $y|$P used $y|$M took $y} and now {$P $hasnow $x|there are $x left|$x are left}[ left]. How many $U {did $P have|were there} {at first|at the start|before|to begin with|originally|in the beginning}?
After {giving away|losing|eating|selling|using} $y $U, $N ~have $x {left|remaining}. How many {$U|} did $P {have before|have at first|start with|have at the start|begin with}?
$N {lost|ate|sold|used|gave away} $y $U. Now $P $hasnow $x {left|$U left|$U}. How many[ $U] did $P {have before|start with|have at the beginning|have at first|have to start with}?
$y $U {were sold|were eaten|flew away|were taken} and $x {are left|remain}. How many {$U|} were there {at first|in the beginning|before|at the start|originally}?
""")
word("add: three", 4, "x+y+z", "", """
$N ~have $x $U, $y $V and $z $W. How many {things|items|objects} $doesnow $P have{ in total| altogether| in all|}?
$N ~have $x $U, $M has $y and $K has $z. How many $U do they have {together|in total|altogether|in all}?
$M, $N and $K have $x, $y and $z $U. How many $U is that {in total|altogether|together|in all}?
$N ~{sell|read|pick|make|collect|catch|find|buy} $x $U on {Monday|Friday}, $y on {Tuesday|Saturday} and $z on {Wednesday|Sunday}. How many $U is that{ in total| altogether| in all|}?
$N ~{walk|run|drive|ride} $x $len on Monday, $y $len on Tuesday and $z $len on Wednesday. How {far|many $len} {is that|did $P go} {in total|altogether|in all}?
there are $x $a1, $y $a2 and $z $a3 $U $place. How many $U are there{ in total| altogether| in all|}?
a farmer has $x {cows|pigs|hens}, $y {sheep|ducks} and $z {goats|horses}. How many animals {is that|does he have|are there}{ in total| altogether| in all|}?
$N ~{spend|pay|save|earn} $xm, $ym and $zm. {How much is that|What is the total|How much is it} {altogether|in total|}?
$N {scored|got} $x, $y and $z points in three {games|rounds|tests}. What was {$h|the} total?
three {boxes|bags|classes|shelves} {hold|contain|have} $x, $y and $z $U. How many $U are there {altogether|in total|in all}?
$N ~save $xm {in May|the first week|in January}, $ym {in June|the second week|in February} and $zm {in July|the third week|in March}. How much {did $P save|was saved} {in total|altogether|}?
""")
word("subtract: have left", 8, "x-y", "left", """
@start. @losesentence. @qleft
@start. @losesentence. @qleft
@start and $P @lose. @qleft
@start and @lose. @qleft
@start but @lose. @qleft
@start, then @lose. @qleft
if @start and @lose, @qleft
if @start and $P @lose, @qleft
@start. If $P @lose, @qleft
@start. After $P @lose, @qleft
$N ~have $x $U. $y of them are {$a1|broken|gone|eaten|sold|given away|lost}. {How many are {left|still good|not}|@qleft}
how many $U $doesnow $N have left if $P ~start with $x and @lose?
how many $U are left if $N ~have $x and @lose?
There {are|were} $x $U $place. {$M|Someone} {takes|took|eats|ate|removes|uses|buys} $y[ of them|]. @qleft
There {are|were} $x $U $place and $y {are|were} {taken|eaten|sold|removed|used|lost}. @qleft
There {are|were} $x {birds|pigeons|crows|bees|butterflies|ducks} {in a tree|on a wire|on the roof|in the garden|on the pond}. $y {fly away|flew away|flew off|leave|left}. How many {birds |}{are left|are still there|remain|stay}?
From $x $U, $N @lose. @qleft
a {shop|store|bakery|stand|library|school} has $x $U. It {sells|sold|lends out|gives away|uses} $y[ of them]. {@qleft|How many $U does it have left?}
$N ~{bake|make|cook|prepare} $x {cookies|cakes|muffins|pancakes|pies}. {$P ~eat $y|$h friends eat $y|$y are eaten}. How many are left?
""")
word("subtract: people leave", 2, "x-y", "U", """
There {are|were} $x $U {on the bus|in the room|at the party|on the train|in the pool|in line|in the class|in the park}. {$y {get off|leave|go home|go out|left|got off|went home}|At the next stop $y get off}. How many $U are {left|still there|there now|still on it|left on it}?
$x $U {are|were} {playing|sitting|waiting|standing} {in the park|in the yard|outside|in the hall}. $y {go home|leave|went home|left|walked away}. How many {$U are|are|$U are still} {left|there now|there}?
A {class|school|team|club} has $x $U. $y {are absent|are away|leave|are sick today|did not come}. How many {are here|are present|are left|$U are there today|came}?
$x $U {signed up|were invited|wanted to come} but $y {did not come|cancelled|stayed home|got sick}. How many {$U |}came?
""", people=0.85)
word("subtract: difference", 7, "x-y", "", """
$N ~have $x $U and $M %have $y[ $U]. How many more $U $doesnow $N have than $M?
$N ~have $x $U. $M %have $y[ $U]. How many more[ $U] $doesnow $N have[ than $M]?
$M %have $y $U and $N ~have $x[ $U]. How many {fewer|less}[ $U] does $M have[ than $N]?
$N ~have $x $U and $M %have $y. {What is the difference|What's the difference|By how many does $N have more|How many fewer does $M have|How many more does $M need to have the same number}?
how many more $U than $V are there if there are $x $U and $y $V?
There are $x $U and $y $V. How many more $U than $V are there?
There are $x $U and $y $V $place. How many {fewer|less} $V than $U are there?
$N ~{pick|find|sell|read|catch|collect} $x $U and $M %{pick|find|sell|read|catch|collect} $y. How many more {$U |}did $N {pick|find|sell|read|catch|collect|get}[ than $M]?
a {shop|store|bakery|school} sold $x $U on {Monday|Saturday} and $y on {Tuesday|Sunday}. How many more {$U |}did it sell on {Monday|Saturday}[ than on {Tuesday|Sunday}]?
$N {scored|got|has|made} $x points and $M {scored|got|has|made} $y. {How many more points did $N {get|score|have}|By how many points did $N win|By how many points is $N ahead|How many points behind is $M|What's the difference in {score|points}}?
a {$u|book|shirt|ball} costs $xm and a {$v|pen|hat|cup} costs $ym. How much {more does the first one cost|more expensive is the first|cheaper is the second}?
$N weighs $x $kg and $M weighs $y $kg. {How much heavier is $N|How much lighter is $M|What is the difference in weight|What is the difference between their weights}?
$N is $x cm tall and $M is $y cm tall. {How much taller is $N|How much shorter is $M|What is the difference in height|How many cm taller is $N than $M}?
One {rope|road|river|board|ribbon|path} is $x $len long and {another|the other} is $y $len long. {How much longer is the first|What is the difference in length|How much shorter is the second}?
{The red|The first|One|$M's} {car|runner|train|bike} goes $x $len and {the blue|the second|the other|$K's} {one|} goes $y $len. How much {farther|further} does the first one go?
$N ~~be $x years old and $M is $y[ years old]. {How much older is $N|How many years older is $N[ than $M]|What is the difference in their ages|What is their age difference|How many years younger is $M}?
$M is $x years old. $mh {son|daughter} is $y[ years old]. {How much older is $M|How many years older is $M|How old was $M when {the child|$mh child} was born|What's the age difference}?
It was $x degrees {at noon|on Monday|in the city} and $y degrees {at night|on Tuesday|at the beach}. {What is the difference|How much colder was it {at night|on Tuesday|there}|How many degrees warmer was it {at noon|on Monday}}?
$N ~~be $x and $M is $y. How many years older {~~be $N|is $N}?
A class has $x {girls|boys} and $y {boys|girls}. How many more {girls|boys} than {boys|girls} are there?
a {mountain|tower|building|tree|hill} is $x {meters|feet} {tall|high} and {another|a second one} is $y {meters|feet}{| tall| high}. {What is the difference|How much taller is the first|How much higher is the first}?
""")
word("subtract: fewer than", 3, "x-y", "has", """
$M has $x $U. $N ~have $y {fewer|less}[ $U] than $M. How many $U $doesnow $N have?
$N ~have $y {fewer|less} $U than $M. $M has $x[ $U]. How many {$U|} $doesnow $N have?
$N ~have $y {fewer|less} $U than $M, who has $x. How many $U $doesnow $N have?
$M has $x $U and $N ~have $y {fewer|less}[ than $mo]. How many $U $doesnow $N have?
$M has $x $U, which is $y more than $N {has|have}. How many $U $doesnow $N have?
$M has $y more $U than $N. $M has $x[ $U]. How many {$U|} $doesnow $N have?
""", size="xy")
word("subtract: part of a whole", 5, "x-y", "", """
There are $x $U $place. $y of them are $a1. How many are {not $a1|$a2}?
There are $x $U $place. $y are $a1 and the {rest|others} are $a2. How many {are $a2|$a2 $U are there|$U are $a2}?
$N ~have $x $U. $y {of them |}are $a1. How many {are not $a1|$a2 ones are there|are not|others are there}?
a $c {has|contains|holds} $x $U. $y are $a1[ and the rest are $a2]. How many are {$a2|not $a1}?
out of $x $U, $y are {$a1|rotten|broken|bad|green}. How many are {not|good|not $a1|fine|the other color}?
of {the|} $x $U, $y are {$a1|rotten|broken|bad|used}. How many are {not|good|not $a1|fine|left}?
A {class|school|club|choir|team|group} has $x {students|children|people|members|kids}. $y {of them |}are {girls|boys|men|women}. How many are {boys|girls|not|the others}?
In a {class|group|room|school} of $x {students|children|people|kids} {there are $y girls|$y are boys|$y wear glasses|$y like math|$y walk to school}. How many {are not|do not|are boys|don't|are the others}?
There are $x {students|people|children}. $y are {boys|men|girls}. How many are {girls|women|boys}?
$N and $M have $x $U {together|altogether|in total|in all}. $N has $y. How many {$U |}does $M have?
$N and $M have $x $U {together|altogether|in total}. If $M has $y, how many does $N have?
Two {boxes|bags|jars|friends|shelves} have $x $U {together|altogether|in total|in all}. {One|The first} has $y. How many does the {other|second}[ one] have?
$x $U are {split|divided|shared} between {two|2} {boxes|people|shelves|bags}. One {has|gets} $y. How many {does the other {have|get}|are in the other|go to the other}?
""")
word("subtract: missing part", 5, "x-y", "", """
$N ~{need|want} $x $U. $P ~have $y[ of them| already| so far]. How many more {$U |}{$doesnow $P need|are needed|must $P get}?
$N ~{need|want} $x $U but {$P |}only ~have $y. How many more {$U |}{$doesnow $P need|are missing|are needed|must $P get}?
$N ~have $y $U. How many more $doesnow $P need to {have|get to|reach|make} $x?
If $N ~have $y $U, how many more {$U |}$doesnow $P need to {have|get to|reach|make} $x?
$N ~{want|need} to {collect|sell|read|make|save|buy} $x {$U|}. $P {already ~have|$hasnow {collected|sold|made}|~have} $y. How many {more|are left|are still missing|more $doesnow $P need}?
a {$u|bike|game|phone|toy} costs $xm. $N ~have {only |}$ym. How much more {money |}$doesnow $P need?
$N ~want to buy a $u {for|that costs} $xm. $P ~have $ym. How {much|many $money} more $doesnow $P need[ to save]?
$N had $y $U. {$M gave $o some|$P found some|$P bought some|$P got some}[ more]. Now $P $hasnow $x[ $U]. How many {did {$M give $o|$P get|$P find|$P buy}|$U did $P get|new ones are there}?
$N had $x $U. {$P gave some away|$P lost some|$P ate some|$P sold some|$P gave some to $M}. Now $P $hasnow $y[ left]. How many {did $P {give away|lose|eat|sell}|are gone|$U did $P give away}?
There were $x $U $place. {Some {were taken|were eaten|are gone|were sold}}. Now there are $y[ left]. How many {were taken|were eaten|are gone|were sold}?
$N started with $y $U and ended with $x. How many {$U |}did $P {get|gain|add|find}?
$N {has read|read} $y of {the|} $x pages of a book. How many pages are left[ to read]?
a book has $x pages. $N {has read|read|has finished|reads} $y[ of them| pages|]. How many pages {are left|are left to read|does $P still have to read|remain|must still be read}?
{The|a} {trip|walk|race|road|journey|hike} is $x $len[ long]. $N {has gone|has walked|has done|went|already went|has run} $y $len. How {far|many $len} {is left|are left|does $P still have to go|remain|is it still}?
a {movie|film|class|game|show} {is|lasts} $x minutes[ long]. {$N has watched $y minutes|$y minutes have passed|$y minutes are over}. How {many minutes|much time|long} {is left|remain|are left|is still left}?
a {bus|theater|hall|room|boat|hotel} has $x {seats|places|rooms|chairs}. $y are {taken|full|occupied|sold|in use}. How many are {free|empty|left|still free|available}?
a {rope|string|ribbon|board|pipe|wire|log} is $x $len long. {$y $len are cut off|$N cuts off $y $len|I cut off $y $len|A piece of $y $len is cut off}. How long is {the rest|it now|the piece that is left|what is left}?
a {tank|bottle|bucket|jug|barrel|pool} {holds|has|contains|had} $x {liters|gallons|cups|ml}[ of {water|milk|juice|oil}]. {$y {liters|gallons|cups|ml} {are used|leak out|are poured out|were used}|$N uses $y}. How {much|many liters|much water} {is left|remains|are left}?
$x people were invited to a party and $y have {come|arrived|replied}. How many {are still missing|have not come yet|have not}?
""")
word("subtract: money", 5, "x-y", "money", """
$N ~have $xm and ~{spend|pay} $ym{ on {lunch|food|a $u|books|a ticket|some candy}|}. How {much money|much|many $money} $doesnow $P have {left|left over|now|remaining}?
$N ~have $xm. $P ~{spend $ym|spend $ym on {lunch|food|a $u|books|a movie}|buy a $u for $ym|pay $ym for a $u|give $ym to $M|lose $ym}. How {much money|much|many $money} {$doesnow {$P|$N} have {left|left over|now}|is left}?
$N ~buy a $u for $ym and ~pay with $xm. {How much change does $P get|How much {money |}is the change|What is the change|How much change do{es|} {$P|they} get back}?
$N ~pay for a $ym $u with $xm. How much change $doesnow $P get[ back]?
a $u costs $xm. It is {on sale for $ym less|reduced by $ym|$ym off}. {What does it cost now|What is the new price|How much is it now}?
a $u {costs|cost} $xm but $N ~have a coupon for $ym[ off]. How much $doesnow $P pay?
$N ~earn $xm and ~spend $ym. {How much {is left|does $P save|money is left}|What's left}?
$N owed $M $xm and paid back $ym. How much $doesnow $P still owe?
If I have $xm and spend $ym, how much {do I have left|is left|money do I have left}?
""")
word("subtract: age before", 2, "x-y", "years", """
$N ~~be $x years old{ now| today|}. How old was {$P|$N} $y years ago?
$N ~~be $x years old. $M is $y years younger[ than $o]. How old is $M?
$M is $y years younger than $N. $N ~~be $x[ years old]. How old is $M?
$M is $x. $mh $rel is $y years younger. How old is {the|$mh} $rel?
In $y years $M will be $x[ years old]. How old is $Q now?
$N is $y years older than $M. $N is $x. How old is $M?
""", size="age")
word("subtract: below zero", 2, "x-y", "", """
The temperature {is|was} $x degrees. It {drops|falls|goes down|dropped|fell|went down} {by $y|$y} degrees. What is {the temperature|it|the new temperature} now?
it is $x degrees {outside|today|in the morning|now}. {At night|Overnight|Tonight|Later} it {gets $y degrees colder|falls by $y degrees|drops $y degrees}. What {is|will be} the temperature{ then|}?
If it is $x degrees and the temperature {falls|drops} {by |}$y degrees, {what is it then|how cold is it|what temperature is it|what will it be}?
$N ~have $xm {in the bank|in the account} and ~spend $ym. What is the balance?
""", size="neg")
word("multiply: equal groups", 8, "x*y", "U", """
There are $x $C with $y $U in each[ one|$c]. How many $U are there{ in total| altogether| in all|}?
There are $x $C. {Each|Every} $c {has|holds|contains} $y $U. How many $U are there{ in total| altogether| in all|}?
There are $x $C and {each|every} {one|$c} {has|holds|contains} $y $U. How many $U {are there|is that}{ in total| altogether| in all|}?
$N ~have $x $C with $y $U {in each|each|in every one}. How many $U {$doesnow $P have|are there}{ in total| altogether| in all|}?
$N ~have $x $C. {Each|Every} {one|$c} {has|holds|contains} $y $U. How many $U {$doesnow $P have|are there}{ in total| altogether| in all|}?
$N ~have $x $C of $y $U[ each]. How many $U {$doesnow $P have|are there|is that}{ in total| altogether| in all|}?
$N ~buy $x $C of $U. {There are $y $U in each $c|Each $c has $y|Each has $y $U}. How many $U did $P buy?
$N ~buy $x $C of $y $U[ each]. How many $U {did $P buy|is that|does $P have}{ in total| altogether| in all|}?
each $c {has|holds|contains} $y $U. How many $U are {in|there in} $x $C?
one $c {has|holds|contains} $y $U. How many $U {do $x $C {have|hold|contain}|are in $x $C|are there in $x $C}?
if {each|one|a} $c {has|holds|contains} $y $U, how many $U {are in $x $C|do $x $C have|are there in $x $C}?
how many $U are in $x $C {with $y each|of $y|with $y in each|if each $c has $y}?
there are $x $G {of|with} $y $U[ each|]. How many $U {are there|is that}{ in total| altogether| in all|}?
there are $y $U in {each|every} $g. How many $U are there in $x $G?
$x $G with $y $U each. How many $U{ in total| altogether| are there|}?
$N ~{put|pack|plant|place|arrange} $y $U in {each|every} of $x $G. How many $U {is that|did $P use|are there}{ in total| altogether| in all|}?
$x {people|children|friends|students|boys|girls} {each have|have|bring|each bring|get|each get|make} $y $U {each|}. How many $U {is that|are there|do they have}{ in total| altogether| in all|}?
{Each|Every} of {the |}$x {people|children|friends|students|kids|workers} {has|gets|brings|makes|receives|eats} $y $U. How many $U {is that|are there|do they have|are needed}{ in total| altogether| in all|}?
$N ~give $y $U to each of $x {friends|children|people|students|kids}. How many $U {is that|did $P give away|does $P need}{ in total| altogether|}?
a {$c|garden|hall|theater|box|field|parking lot} has $x rows {of|with} $y $U[ each| in each row|]. How many $U {are there|does it have|is that}{ in total| altogether| in all|}?
$N ~plant $x rows of $y {trees|flowers|seeds|tomatoes|carrots|bushes}. How many {trees|plants|flowers|seeds} {is that|are there|did $P plant}?
$N ~{make|read|sell|write|draw|bake|use|eat|pick|find|collect|catch} $y $U {every|each|a|per} $per. How many $U {is that in|will it be after|in|will $P have after} $x $pers?
$N ~{make|read|sell|write|draw|bake|use|eat|pick|find} $y $U {every|each|a|per} $per. How many $U $doesnow $P {make|read|sell|write|draw|bake|use|eat|pick|find|have} {in|after} $x $pers?
a {machine|factory|worker|printer} makes $y $U {per|a|every|each} $per. How many $U does it make in $x $pers?
a {car|bus|van|boat|train|room|tent|table|bench|taxi} {can take|has room for|holds|carries|fits|seats} $y people. How many people {can $x of them take|fit in $x of them|can sit in $x of them|is that for $x of them}?
""")
word("multiply: rate", 4, "x*y", "", """
$N ~read $y pages {every|each|a|per} $per. How many pages {does $P read|is that|will $P read|did $P read|will $P have read} {in|after} $x $pers?
$N ~{walk|run|drive|ride|swim|jog|hike|cycle} $y $len {every|each|a|per} $per. How {far|many $len} {does $P go|is that|will $P go|did $P go} {in|after} $x $pers?
a {car|train|bus|bike|ship|plane} {goes|drives|travels} $y $len {per hour|an hour|every hour|each hour|in one hour}. How {far|many $len} does it {go|travel|get} in $x hours?
$N ~{practice|study|train|read|sleep|work|exercise|walk} $y {minutes|hours} {every|each|a|per} day. How many {minutes|hours} {is that|does $P spend|did $P} {in|after} $x days?
$N ~do $y {push-ups|jumps|exercises|squats|laps} {every|each|a} day. How many {push-ups|jumps|laps|is that|does $P do} in $x days?
each {lap|round|trip} is $y $len. $N ~{run|do|swim|walk} $x {laps|rounds|trips}. How {far|many $len} {is that|does $P go}{ in total|}?
{one|a|each} {bag|box|crate|stone|brick|ball} weighs $y $kg. {How much do $x of them weigh|What do $x of them weigh|How heavy are $x of them}?
a {recipe|cake} needs $y {eggs|cups of flour|spoons of sugar}. How many {eggs|cups|spoons} {are needed|do I need|does $N need} for $x {of them|cakes|recipes}?
how many legs do $x {spiders|dogs|cats|$four|ants|birds} have if each one has $y[ legs]?
a $u has $y {parts|sides|pieces|colors|wheels|buttons}. How many {parts|sides|pieces|colors|wheels|buttons} do $x $U have?
a {pizza|cake|pie} is cut into $y {slices|pieces}. How many {slices|pieces} are there in $x {pizzas|cakes|pies}?
$N ~{buy|order|have|make} $x {pizzas|cakes|pies}. Each {pizza|cake|pie|one} {has|is cut into} $y {slices|pieces}. How many {slices|pieces} {are there|is that|does $P have}{ in total| altogether|}?
{A|the} {rectangle|garden|room|field} is $x {meters|feet|cm} long and $y {meters|feet|cm} wide. What is {its|the} area?
""")
word("multiply: money", 4, "x*y", "money", """
{One|A|Each|Every} {$u|ticket|$v} costs $ym. How much {do $x of them cost|are $x of them|do $x cost|does $N pay for $x[ of them]|for $x of them|is it for $x|would $x of them be}?
a $u costs $ym. How much do $x $U cost?
{a ticket|a pen|a book|one cake|a toy} costs $ym. $N ~buy $x[ of them]. How much {does $P pay|did $P spend|is that}{ in total| altogether|}?
$N ~buy $x $U {for $ym each|at $ym each|that cost $ym each}. How much {does $P pay|did $P spend|did they cost|is that|money did $P spend}{ in total| altogether| in all|}?
$x $U cost $ym each. {How much is that{ in total| altogether|}?|What is the total cost?|How much for all of them?}
$N ~{earn|make|get|save} $ym {an hour|per hour|each hour|every day|a day|a week|every week|each day}. How much {does $P {earn|make|get|have}|is that|will $P have} {in|after} $x {hours|days|weeks}?
{what do|how much do} $x $U cost {at $ym each|if one costs $ym}?
If one $u costs $ym, how much do $x[ $U] cost?
$N {saves|earns|gets|spends} $ym {every|each|a|per} $per. How much {is that|does $P {save|earn|get|spend}|will it be} in $x $pers?
""")
word("multiply: times as many", 3, "x*y", "has", """
$M has $x $U. $N ~have $yt {as many|as much}[ as $M]. How many {$U |}$doesnow $N have?
$N ~have $yt as many $U as $M. $M has $x[ $U]. How many {$U |}$doesnow $N have?
$M {picked|found|made|sold|read} $x $U. $N {picked|found|made|sold|read} $yt as many. How many $U did $N {get|have|make}?
$M is $x years old. $N ~~be $yt as old[ as $M]. How old ~~be $N?
$M {walked|ran|drove} $x $len. $N {walked|ran|drove} $yt as far. How {far|many $len} did $N go?
a $u costs $xm. a $v costs $yt as much. How much does the $v cost?
""", size="times")
word("multiply: calendar and bodies", 2, "x*k", "", """
@k
""", size="k")
word("divide: share", 8, "x/y", "U", """
$N ~{share|divide|split} $x $U {equally |evenly |}{among|between|with} $y {friends|children|people|kids|students|boys|girls|plates|$C}. How many $U does each {one |person |}get?
$N ~have $x $U and ~{share|divide|split} them {equally |evenly |}{among|between} $y {friends|children|people|kids|students|$C}. How many {$U |}{does each one get|does each get|are there for each|does each {friend|person|child} get|go to each}?
$N ~have $x $U. $P ~{share|divide|split|give} them {equally |evenly |}{among|between|to} $y {friends|children|people|kids|students}. How many {$U |}does each {one|friend|person|child|} {get|receive|have}?
$x $U are {shared|divided|split} {equally |evenly |}{among|between|by} $y {friends|children|people|kids|$C|teams|$G}. How many {$U |}{does each get|does each one get|are there for each|in each|per person|each}?
$x $U {shared|divided|split} {equally |evenly |}{among|between} $y {friends|children|people|kids}. How many {$U |}{does each get|each|per person|for each}?
If $x $U are {shared|divided|split} {equally |evenly |}{among|between} $y {friends|children|people|kids|$C}, how many {$U |}{does each get|does each one get|are there for each}?
if $y {friends|children|people|kids|students} share $x $U{ equally| evenly|}, how many {$U |}{does each get|does each one get|does each person get|will each get}?
$y {friends|children|people|kids|students|pirates|monkeys} share $x $U{ equally| evenly|}. How many {$U |}{does each get|does each one get|does each {person|friend|child} get|will each get|does one get}?
$N ~{put|pack|place|sort|arrange} $x $U {equally |evenly |}{into|in|on} $y $C. How many {$U |}{are|go|are there} in each{ one| $c|}?
$N ~have $x $U and $y $C. {If each $c gets the same number|If {$P puts|you put} the same number in each}, how many {$U |}{go|are} in each?
{The|a} teacher {gives|hands out|has|divides} $x $U {to|for|among|between} $y {students|children|groups} {equally|evenly}. How many {$U |}does each {one |group |}get?
there are $x $U {in|on} $y {$C|$G}{, the same number in each| in equal numbers|}. How many $U are in each{ one|}?
$x $U are {arranged|placed|planted|set} in $y equal {rows|groups|piles|teams|lines|stacks}. How many $U are in each {row|group|one|pile}?
$y {$C|boxes|bags} {hold|contain|have} $x $U {altogether|in total|in all}. {Each {holds|has} the same number|They hold equal amounts|All are equal}. How many $U are in each{ one|}?
$N ~{make|read|sell|write|bake} $x $U in $y $pers. How many $U is that {per|each|every|a} $per?
how many $U does each {person|child|friend|one} get if $x $U are shared {equally |}{among|between|by} $y {people|children|friends}?
""")
word("divide: how many groups", 5, "x/y", "", """
$N ~have $x $U. $P ~{put|pack|place} $y {in|into} each $c. How many $C {does $P need|are needed|will $P need|does $P fill|can $P fill}?
$N ~have $x $U and ~{put|pack} them in $C of $y. How many $C {does $P need|are needed|is that|are there|can $P make}?
$x $U are {packed|put|sorted|placed|divided} {in|into} $C of $y[ each]. How many $C {are needed|are there|is that|do they need|do you get}?
each $c {holds|can hold|fits|has room for|has} $y $U. How many $C {are needed|do I need|do you need|does $N need} for $x $U?
A $c {holds|can hold|fits|takes} $y $U. How many $C {are needed|do we need} {for|to hold|to pack} $x $U?
how many $C of $y {$U |}can {you|$N|I} make {from|with|out of} $x $U?
how many {groups|teams|rows|piles|sets} of $y can {be made|you make|we make} {from|with|out of} $x {$U|students|people|children}?
$x {students|children|people|players|kids} {form|make|are put into|split into} {groups|teams|rows} of $y. How many {groups|teams|rows} {are there|is that|do they make|can be made}?
$N ~read $y pages {a|per|every|each} day. How many days does $P need for {a book of $x pages|$x pages|a $x page book}?
$N ~{save|earn|get} $ym {a|per|every|each} $per. How many $pers {does it take|does $P need} to {save|earn|get|have} $xm?
a {$u|pen|ticket} costs $ym. How many {$U |tickets |pens |}can $N buy {with|for} $xm?
$N ~have $xm. {One|Each|A} {$u|ticket|$v} costs $ym. How many can $P buy?
a {car|bus|train|bike} {goes|drives|travels} $y $len {per|an|every} hour. How {long|many hours} does it {take|need} {for|to go} $x $len?
There are $x {wheels|legs}. Each {car|dog|cat|table|chair} has $y. How many {of them |}are there?
a {rope|ribbon|string|board} of $x $len is cut into pieces of $y $len[ each]. How many pieces {are there|do you get|is that}?
""")
word("divide: rate", 2, "x/y", "", """
$N ~{read|write} $x pages in $y days{, the same number every day|}. How many pages {is that per day|did $P read each day|a day}?
$N ~{walk|run|drive|ride|travel} $x $len in $y $pers. How {far|many $len} {is that|does $P go} {per|each|every|in one} $per?
$y {$U|tickets|books|toys} cost $xm{ in total| altogether|}. How much {does one cost|is one|does each cost|does each one cost|is each one}?
$N ~{pay|spend} $xm for $y $U. How much {is one|does each cost|was each[ one]|did each $u cost}?
$y {friends|people|workers|brothers} {share|split|divide} $xm{ equally| evenly|}. How much does each {one |}get?
$y {friends|people} {share|split} a bill of $xm{ equally| evenly|}. How much does each {one |}pay?
$N ~earn $xm in $y $pers. How much {is that|does $P earn} {per|each|a|every} $per?
$y equal {boxes|bags|bricks|stones} weigh $x $kg {together|in total|}. How much does {one|each} weigh?
""")
word("two steps: add then subtract", 6, "x+y-z", "left", """
@start. @gainsentence. @then_lose. @qleft
@start. @gainsentence and then @zlose. @qleft
@start. $P @gain and @zlose. @qleft
@start and @gain. @then_lose. @qleft
@start, @gain and @zlose. @qleft
@start, @gain and then @zlose. @qleft
if @start, @gain and then @zlose, @qleft
There {are|were} $x $U $place. $y more {are added|come|arrive|are brought|came} and {then |}$z {are taken|leave|are removed|are lost|left|went away}. @qleft
There {are|were} $x {people|passengers|kids|children} on {a|the} {bus|train|boat}. At {a|the} stop[,] $y {more |people |}get on and $z get off. How many {people|passengers|kids|children|} are on {it|the bus|the train|the boat|board} now?
$N ~have $xm, ~{earn|get|find} $ym{ more|} and ~{spend|lose} $zm. How much {money |}$doesnow $P have {now|left}?
$N ~have $xm. $P ~{earn|get|receive} $ym{ more|} and {then |}~{spend|pay} $zm{ on {food|a $u|books}|}. How much {money |}{is left|$doesnow $P have {now|left}}?
$M has $x $a1 and $y $a2 $U. $Q {loses|gives away|sells|breaks} $z {of them|$U}. How many $U {does $Q have left|are left}?
$N ~buy $x $U and $y $V. $z {of them |}are {eaten|broken|lost|bad|given away}. How many are left?
""")
word("two steps: subtract then add", 6, "x-y+z", "has", """
@start. @losesentence. @then_gain. @qnow
@start. @losesentence and then @zgain. @qnow
@start. $P @lose and @zgain. @qnow
@start and @lose. @then_gain. @qnow
@start, @lose and @zgain. @qnow
@start, @lose and then @zgain. @qnow
if @start, @lose and then @zgain, @qnow
There {are|were} $x $U $place. $y {are taken|leave|are removed|are lost|left|were sold} and {then |}$z {more |new ones |}{are added|come|arrive|are brought|came back}. @qnow
There {are|were} $x {people|passengers|kids|children} on {a|the} {bus|train|boat}. {At {a|the} stop[,] |}$y get off and $z {more |people |}get on. How many {people|passengers|kids|children|} are on {it|the bus|the train|the boat|board} now?
There {are|were} $x {birds|ducks|pigeons} {in a tree|on a pond|on a roof}. $y {fly|flew} away and $z {come|came} back. How many {birds |ducks |}are there now?
$N ~have $xm. $P ~{spend|pay|lose} $ym and then ~{earn|get|find|receive} $zm. How much {money |}$doesnow $P have now?
""")
word("two steps: two losses", 5, "x-y-z", "left", """
@start. $P @lose and @zlose. @qleft
@start. @losesentence. @then_lose. @qleft
@start, @lose and @zlose. @qleft
@start. $P ~{eat|use|sell|lose|give away} $y {on Monday|in the morning|yesterday|first} and $z {on Tuesday|in the afternoon|today|later}. @qleft
@start. $P ~give $y to $M and $z to $K. @qleft
if @start, @lose and @zlose, @qleft
$N ~have $xm. $P ~{spend|pay} $ym {on|for} {food|lunch|a $u|books} and $zm {on|for} {drinks|a $v|games|dinner}. How much {money |}{is left|$doesnow $P have left|$doesnow $P have now}?
There {are|were} $x $U $place. $y {are|were} {sold|taken|eaten} {on Monday|in the morning|first} and $z {on Tuesday|in the afternoon|later}. @qleft
A {tank|barrel|pool} has $x liters of water. $y liters are used {on Monday|in the morning} and $z liters {on Tuesday|in the evening}. How {many liters|much water} {are left|is left|remain}?
a {book|story} has $x pages. $N {read|reads} $y pages {on Monday|yesterday|first} and $z pages {on Tuesday|today|later}. How many pages are left?
There are $x $U. $y are $a1, $z are $a2 and the rest are $a3. How many are $a3?
a rope is $x $len long. $N cuts off $y $len and then $z $len. How long is {the rest|it now|the rope now}?
""")
word("two steps: two gains", 5, "x+y+z", "has", """
@start. $P @gain and @zgain. @qnow
@start. @gainsentence. @then_gain. @qnow
@start, @gain and @zgain. @qnow
@start. $M gives $o $y[ more] and $K gives $o $z. @qnow
if @start, @gain and @zgain, @qnow
$N ~have $xm. $M gave $o $ym and $K gave $o $zm. How much {money |}$doesnow $P have{ now| in total| altogether|}?
$M gave $N $x $U, $K gave $o $y and $P already had $z. How many $U $doesnow $P have {now|in total|altogether}?
""")
word("two steps: multiply then add", 5, "x*y+z", "", """
$N ~have $x $C with $y $U {each|in each} and $z {more|extra|loose|other|single} {$U|ones}. How many $U {$doesnow $P have|are there}{ in total| altogether| in all|}?
$N ~buy $x $C of $y $U[ each]. $P already {had|has} $z[ $U]. How many $U $doesnow $P have {now|in total|altogether}?
$N ~buy $x $U for $ym each and a $v for $zm. How much {is that|did $P spend|does $P pay}{ in total| altogether| in all|}?
There are $x $G {of|with} $y $U[ each] and $z {more |extra |}{$U|} {on the floor|outside|in the corner|standing|at the back}. How many $U are there{ in total| altogether| in all|}?
$N ~{save|earn} $ym {a|every|per} $per for $x $pers and then ~get $zm more. How much {money |}does $P have?
""")
word("two steps: multiply then subtract", 5, "x*y-z", "", """
$N ~have $x $C with $y $U {each|in each}. $P @zlose. @qleft
$N ~{buy|have} $x $C of $y $U[ each]. $P @zlose. @qleft
$N ~{buy|have} $x $C of $y $U[ each] and @zlose. @qleft
There are $x $C with $y $U {each|in each}. $z {$U |}{are|were} {$a1|broken|bad|eaten|sold|taken|lost|rotten|empty}. How many {$U are left|are left|are not|are good|good ones are there|remain}?
There are $x $G {of|with} $y {seats|chairs|places}[ each]. $z are {taken|broken|occupied|full}. How many are {free|left|empty|not|good}?
The {school|shop|teacher|store} {bought|buys|has|got} $x $C of $U with $y $U {each|in each}. $z {of them |$U |}{are|were} {broken|lost|used|bad|sold|given away|missing}. How many {$U |good $U |}{are left|are there now|are good|remain|are there}?
$N ~{save|earn} $ym {a|every|per} $per for $x $pers and then ~spend $zm. How much {money |}{is left|does $P have left|does $P have}?
$N ~have $zm less than the price of $x $U at $ym each. How much does $P have?
""")
word("two steps: add then share", 3, "x+y/z", "", """
$N ~have $x $a1 and $y $a2 $U. $P ~{share|divide|split} them {equally |evenly |}{among|between} $z {friends|people|children|$C}. How many {$U |}does each {one |}get?
$N ~have $x $U and {@gain|~buy $y more}. $P ~{share|divide|split} them {equally |evenly |}{among|between} $z {friends|people|children|$C}. How many {$U |}does each {one |}get?
$N {picked|made|bought} $x $U and $M {picked|made|bought} $y. They {share|divide|split} them {equally |evenly |}{among|between} $z {friends|people|children|$C}. How many {$U |}does each {one |}get?
there are $x {boys|men} and $y {girls|women}. They {make|form} {teams|groups|rows} of $z. How many {teams|groups|rows} are there?
""")
word("two steps: subtract then share", 3, "x-y/z", "", """
$N ~have $x $U. $P @lose and ~{share|divide|split} the rest {equally |evenly |}{among|between} $z {friends|people|children|$C}. How many {$U |}does each {one |}get?
$N ~have $x $U. $y {of them |}are {bad|broken|eaten|lost|rotten}. The rest {are|is} {shared|divided|split} {equally |evenly |}{among|between} $z {friends|people|children|$C}. How many {$U |}does each {one |}get?
""")
word("two steps: total with more than", 5, "x+xy", "together", """
$M has $x $U. $N ~have $y more[ than $M]. How many $U do they have {together|in total|altogether|in all}?
$N ~have $y more $U than $M. $M has $x. How many $U do they have {together|in total|altogether|in all|combined}?
$M {sold|picked|made|ate|found} $x $U {on Monday|yesterday} and $y more than that {on Tuesday|today}. How many $U is that {in total|altogether|for both days}?
""", size="xy")
word("two steps: total with fewer than", 3, "x+x-y", "together", """
$M has $x $U. $N ~have $y {fewer|less}[ than $M]. How many $U do they have {together|in total|altogether|in all}?
$N ~have $y {fewer|less} $U than $M. $M has $x. How many $U do they have {together|in total|altogether|in all|combined}?
""", size="xy")
word("half and double", 4, "half", "", """
$N ~have $x $U and {gives half of them away|~give half of them to $M|~eat half of them|~lose half|~sell half of them}. How many {$U |}{are left|$doesnow $P {have left|keep|have now}}?
$N ~have $x $U. {Half of them are $a1|Half are $a1|Half of the $U are $a1}. How many are {$a1|not $a1}?
$N ~have $x $U. $P ~{eat|sell|give away|lose|use} half[ of them|]. How many {$U |}{are left|remain|$doesnow $P have {left|now}}?
$M has $x $U. $N ~have half as many. How many {$U |}$doesnow $N have?
a $u costs $xm. Today it is half price. {How much is it|What does it cost}?
{a rope|a ribbon|the string} is $x $len long. It is cut in half. How long is each {piece|half}?
There are $x {students|people|kids|children}. Half {of them |}are {girls|boys|tall|gone}. How many is that?
{what is|how much is} half of $x $U?
half of {the|} $x $U {are|were} {$a1|eaten|sold|gone}. How many is that?
""", size="half")
word("half and double", 3, "double", "", """
$M has $x $U. $N ~have {twice|two times|double} {as many|the amount|as many as $M|the number}. How many {$U |}$doesnow $N have?
$N ~have twice as many $U as $M. $M has $x. How many {$U |}$doesnow $N have?
$N ~{walk|drive|run|ride} $x $len on {Monday|the first day|Saturday}[,] and {twice as {far|many|much}|double that} on {Tuesday|the second day|Sunday}. How far {did $P go|is that} on {Tuesday|the second day|Sunday}?
$N ~{walk|drive|run|ride} $x $len {to|there|to the {shop|park|lake}} and the same {distance |way |}back. How {far|many $len} {is that|did $P go}{ in total| altogether| in all|}?
$N ~{walk|drive} $x $len to {school|work|the store} and $x $len {back|home}. How {far|many $len} is that{ in total| altogether|}?
$N ~have $x $U. {The number doubles|$P doubles that|$P gets as many again}. How many {$U |}$doesnow $P have now?
$N ~buy two $U {for|at} $xm each. How much is that?
$N and $M {have|get|carry|bought|made|found|pick} $x $U each. How many {$U |}{is that|do they have}{ in total| altogether| together|}?
$N and $M each {have|get|carry|bought|made|found|pick} $x $U. How many {$U |}{is that|do they have|are there}{ in total| altogether| together|}?
a pair {is|has} two {shoes|socks|gloves}. How many {shoes|socks|gloves} are {in|there in} $x pairs?
""", size="half")

scenarios.register(word)
MACROS["clock"] = [f"{h} {half}" for h in range(1, 13) for half in ("am", "pm", "o'clock", "a.m.")] + ["noon"]
MACROS["zlose"] = [m.replace("$y", "$z") for m in MACROS["lose"]]
MACROS["zgain"] = [m.replace("$y", "$z") for m in MACROS["gain"]]
MACROS["then_lose"] = [m.replace("$y", "$z").replace("@lose", "@zlose") for m in MACROS["losesentence"]]
MACROS["then_gain"] = [m.replace("$y", "$z").replace("@gain", "@zgain") for m in MACROS["gainsentence"]]
_CALENDAR = [_distribute(line) for line in """
7|how many days are {in|there in} $x weeks?
7|$N ~{stay|travel|work|wait} for $x weeks. How many days is that?
7|$N ~{run|walk|read|swim|eat|drink|write|sell} $x {$U|miles|pages|cups} {every|each|a} day. How many {is that|does $P do|in all|} in {a|one} week?
24|how many hours are {in|there in} $x days?
60|how many minutes are {in|there in} $x hours?
60|how many seconds are {in|there in} $x minutes?
12|how many months are {in|there in} $x years?
12|how many {eggs|$U} are {in|there in} $x dozen?
100|how many {cents are in $x dollars|centimeters are in $x meters|years are in $x centuries}?
4|how many legs do $x $four have[ together| in total| altogether]?
4|how many {wheels|tires} do $x cars have[ together| in total| altogether]?
2|how many wheels do $x {bikes|bicycles} have[ in total| altogether]?
2|how many {eyes|ears|hands|legs|feet} do $x {people|children|birds|men} have[ in total| altogether]?
8|how many legs do $x {spiders|octopuses} have[ in total| altogether]?
6|how many legs do $x {ants|insects|beetles} have[ in total| altogether]?
3|how many wheels do $x tricycles have[ in total| altogether]?
5|how many fingers are on $x hands?
""".strip().split("\n") + scenarios.CALENDAR.strip().split("\n")]
_REST = [_distribute(line) for line in scenarios.REST.strip().split("\n")]


def _number(rng, low, high):
    """Digit counts matter more than magnitudes: pick a scale first, then the number."""
    if low >= high:
        return low
    top = min(high, rng.choice((12, 20, 30, 50, 99, 99, 99, 200, 999, 999)))
    if top <= low:
        top = high
    n = rng.randint(low, top)
    if n > 10 and rng.random() < 0.18:
        n = max(low, min(high, round(n, -1 if n < 150 else -2 if rng.random() < 0.4 else -1)))
    return n


def _factors(rng):
    r = rng.random()
    if r < 0.45:
        return rng.randint(2, 12), rng.randint(2, 12)
    if r < 0.9:
        a, b = rng.randint(2, 9), rng.randint(10, 99)
        return (a, b) if rng.random() < 0.5 else (b, a)
    if r < 0.96:
        a, b = rng.randint(2, 9), rng.choice((100, 150, 120, 125, 200, 250, 300, rng.randint(100, 400)))
        return (a, b) if rng.random() < 0.5 else (b, a)
    return rng.randint(10, 40), rng.randint(10, 60)


def _dividend(rng, most=60):
    y = rng.choice((2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, rng.randint(11, 15), 20, 25))
    q = rng.randint(2, 12) if rng.random() < 0.55 else rng.randint(2, most)
    return y * q, y


def _sample(formula, size, rng):
    """Numbers for a formula and the operations that solve it: ({name: n}, first, steps)."""
    n = lambda low=2, high=999: _number(rng, low, high)
    if size == "small":
        x, y = rng.randint(1, 70), rng.randint(1, 40)
        return {"x": x, "y": y}, x, [("+", y)]
    if size == "age":
        x = rng.randint(5, 80)
        y = rng.randint(1, x - 1)
        return {"x": x, "y": y}, x, [("-", y)]
    if size == "neg":
        x, y = rng.randint(0, 30), rng.randint(1, 45)
        return {"x": x, "y": y}, x, [("-", y)]
    if size == "times":
        y = rng.choice((2, 2, 3, 3, 4, 5, 6, 10))
        x = rng.randint(2, 60)
        return {"x": x, "y": y}, x, [("×", y)]
    if formula == "half":
        x = 2 * _number(rng, 1, 300)
        return {"x": x}, x, [("÷", 2)]
    if formula == "double":
        x = _number(rng, 2, 600)
        return {"x": x}, x, [("×", 2)]
    if formula == "x+y":
        x, y = n(), n(1)
        return {"x": x, "y": y}, x, [("+", y)]
    if formula == "x-y":
        x = n(3)
        y = rng.randint(1, x) if rng.random() < 0.97 else x
        return {"x": x, "y": y}, x, [("-", y)]
    if formula == "x*y":
        x, y = _factors(rng)
        return {"x": x, "y": y}, x, [("×", y)]
    if formula == "x/y":
        x, y = _dividend(rng)
        return {"x": x, "y": y}, x, [("÷", y)]
    if formula == "x+y+z":
        x, y, z = n(), n(1), n(1)
        return {"x": x, "y": y, "z": z}, x, [("+", y), ("+", z)]
    if formula == "x+y-z":
        x, y = n(), n(1)
        z = rng.randint(1, x + y if rng.random() < 0.4 else max(1, min(x + y, 30)))
        return {"x": x, "y": y, "z": z}, x, [("+", y), ("-", z)]
    if formula == "x-y+z":
        x, z = n(3), n(1)
        y = rng.randint(1, x)
        return {"x": x, "y": y, "z": z}, x, [("-", y), ("+", z)]
    if formula == "x-y-z":
        x = n(5)
        y = rng.randint(1, x - 2)
        z = rng.randint(1, x - y)
        return {"x": x, "y": y, "z": z}, x, [("-", y), ("-", z)]
    if formula == "x*y+z":
        x, y = _factors(rng)
        z = _number(rng, 1, 99)
        return {"x": x, "y": y, "z": z}, x, [("×", y), ("+", z)]
    if formula == "x*y-z":
        x, y = _factors(rng)
        z = rng.randint(1, min(x * y, 99))
        return {"x": x, "y": y, "z": z}, x, [("×", y), ("-", z)]
    if formula == "x+y/z":
        total, z = _dividend(rng, 25)
        x = rng.randint(1, total - 1)
        return {"x": x, "y": total - x, "z": z}, x, [("+", total - x), ("÷", z)]
    if formula == "x-y/z":
        total, z = _dividend(rng, 25)
        y = rng.randint(1, 30)
        return {"x": total + y, "y": y, "z": z}, total + y, [("-", y), ("÷", z)]
    if formula == "z-x*y":
        x, y = rng.randint(2, 9), rng.randint(2, 12) if rng.random() < 0.7 else rng.randint(10, 40)
        z = x * y + rng.randint(0, 40) if rng.random() < 0.5 else max(x * y, round(x * y + 30, -1))
        return {"x": x, "y": y, "z": z}, x, [("×", y), ("z-", z)]
    if formula == "x*y*7":
        x, y = rng.randint(2, 12), rng.randint(2, 8)
        return {"x": x, "y": y}, y, [("×", 7), ("×", x)]
    if formula == "x*2":
        x = rng.randint(2, 99) if rng.random() < 0.8 else rng.randint(10, 400)
        return {"x": x}, x, [("×", 2)]
    if formula == "x+xy":
        x, y = n(2, 200), n(1, 60)
        return {"x": x, "y": y}, x, [("+", y), ("+", x)]
    if formula == "x+x-y":
        x = n(3, 200)
        y = rng.randint(1, x - 1)
        return {"x": x, "y": y}, x, [("-", y), ("+", x)]
    raise ValueError(formula)


_WEIGHTS = None
WHO_HAS_MORE = ("add: more than", "add: older, taller, more", "add: age later", "subtract: fewer than",
                "subtract: than in the other direction", "subtract: age before")


def question_first(text, ctx):
    """"A. B. How many …?" becomes "How many … if A and B?"."""
    parts = re.split(r"(?<=[a-z0-9])[.] ", text)
    if len(parts) < 2 or len(parts) > 3 or not parts[-1].startswith("How ") or not parts[-1].endswith("?"):
        return text
    keep = [ctx["N"], ctx["M"], ctx["K"], "I "]
    facts = [f if any(f.startswith(k) and k[0].isupper() for k in keep) else f[0].lower() + f[1:] for f in parts[:-1]]
    return f"{parts[-1][:-1]} if {' and '.join(facts)}?"


def word_problem(rng):
    global _WEIGHTS
    if _WEIGHTS is None:
        # The root keeps rare rows from vanishing, the template count gives rich rows more room.
        _WEIGHTS = [w * (len(t) ** 0.3) for _, w, _, _, t, _, _ in WORD]
    kind, _, formula, form, templates, people, size = rng.choices(WORD, _WEIGHTS)[0]
    if size == "rest":
        k, template = rng.choice(_REST).split("|", 1)
        x = rng.randint(1, int(k) - 1)
        numbers, first, steps = {"x": x}, int(k), [("-", x)]
    elif size == "k":
        k, template = rng.choice(_CALENDAR).split("|", 1)
        k, x = int(k), rng.randint(2, 12) if rng.random() < 0.6 else rng.randint(2, 40)
        numbers, first, steps = {"x": x}, x, [("×", k)]
    else:
        template = rng.choice(templates)
        numbers, first, steps = _sample(formula, size, rng)
    template = template.replace("~~be", "~be").replace("$w_s", "$W")
    ctx = context(rng, numbers, people)
    if "~be" in template or "old" in template:
        ctx["_tense"] = "present"
    if "y" in numbers:
        ctx["yt"] = {2: "twice", 3: rng.choice(["three times", "3 times"])}.get(
            numbers["y"], f"{numbers['y']} times" if rng.random() < 0.7 else f"{wording.words(numbers['y'])} times")
    text = capitalise(expand(template, ctx, rng))
    text = re.sub(r" +([?.,])", r"\1", re.sub(r" {2,}", " ", text)).replace(".?", "?")
    text = re.sub(rf"\b([1oO](?:ne)?) {re.escape(ctx['U'])}\b", lambda m: f"{m.group(1)} {ctx['u']}"
                  if m.group(1) in ("1", "one", "One") else m.group(0), text)
    if steps[-1][0] == "z-":
        # The last step takes the product from z: z - (x × y).
        think, product = pad.chain(first, steps[:-1])
        last, value = pad.step("-", steps[-1][1], product)
        think += " " + last
    else:
        think, value = pad.chain(first, steps)
    if kind in WHO_HAS_MORE:
        # Who is known and who is asked for is written down before the operation is chosen.
        people_ = re.findall(r"\$([NMK])\b", template)
        asked = people_[-1] if people_ else None
        known = next((q for q in people_ if q != asked), None)
        if known and len(set(people_)) == 2 and ctx[known] != ctx[asked]:
            think = f"{ctx[known]} {first}, {ctx[asked]} {'more' if steps[0][0] == '+' else 'less'}. {think}"
    if rng.random() < 0.05:
        text = question_first(text, ctx)
    elif rng.random() < 0.04 and ". " in text:
        spots = [m.start() for m in re.finditer(r"(?<=[a-z])\. ", text)]
        if spots:
            i = rng.choice(spots) + 2
            text = text[:i] + rng.choice(scenarios.FILLER).format(P=ctx["P"].capitalize(), p=ctx["h"]) + " " + text[i:]
    unit = {"has": "U", "left": "U", "together": "U", "": None, "years": None}.get(form, form)
    if form == "money" and ctx["_money"] == "$":
        answer = f"${value}."
    elif form == "money":
        answer = f"{value} {ctx['money']}."
    elif unit is None or (ctx["U"] not in text):
        answer = f"{value}."
    elif "$" in text or "old" in text or re.search(r"[Hh]ow (far|much)", text) or "many k" in text:
        answer = f"{value}."
    else:
        thing = ctx["u"] if value == 1 else ctx["U"]
        answer = f"{value} {thing}."
        # A name that opens the question can open the answer; a role or a plural cannot always.
        if form in ("has", "left") and ctx["_singular"] and ctx["N"][0].isupper() and ctx["N"] in text:
            answer = f"{ctx['N']} has {value} {thing}" + (" left." if form == "left" else ".")
        elif form == "together" and "they" in text:
            answer = f"They have {value} {thing}."
    return kind, text, think, answer, value


# --- Plain arithmetic ----------------------------------------------------------------------------
ASK = [_distribute(t) for t in """
{What is|What's|what is|whats|what's|How much is|How much's|how much is|Calculate|Compute|Work out|Solve|Evaluate|Find|Figure out} $e{?||.}
{What is|What's|How much is} $e?
$e
$e =
$e = ?
$e=
$e=?
$e?
{Can|Could|Would} you {please |}{tell me {what $e is|how much $e is|the answer to $e}|calculate $e|compute $e|work out $e|solve $e}{?|}
{What do|What would} {I|you|we} get {for|if {I|you} {calculate|compute|work out}} $e?
{What does|What will|What would} $e {equal|make|come to|give|give me}?
{What does|What would} $e {be|equal}?
$e {equals|is|makes|gives} {what|how much|?}
{Please |}{tell me|give me} {what $e is|the {answer|result|value|solution} {to|of|for} $e}{.|}
{I need|I want} {to know what $e is|the {answer|result} of $e}{.|}
{The|What is the} {answer|result|value|solution} {to|of|for} $e{?|}
{Do you know|I wonder|Tell me} {what $e is|how much $e is}{?|.|}
{quick:|Quick question:|Question:|Math:|Hey,|ok,|So,} {what's|what is|how much is|} $e{?|}
{please|pls} {calculate|compute|solve|do} $e
$e, {what is it|please|what's that|how much is that}{?|}
{how much {does|would} $e make|how much {do|would} {I|you} get from $e}{?|}
{Help me with|Do|Try|Now} $e{.|}
""".strip().split("\n")]

OPERATION_PHRASES = {
    "+": [_distribute(t) for t in """
{What is|What's|Find|Calculate|Compute|Tell me|Give me|what is|how much is} the {sum|total} of $x and $y{?|}
{What is|What's} {the result of adding|the total when you add|the sum when you add} $x {and|to} $y?
{Add|Please add|Can you add|add|Could you add} $x and $y{.||?}
{Add|Please add|Can you add|add} $x to $y{.||?}
{Add|add} $x plus $y{.|}
{Add up|Sum up|Sum|Total} $x and $y{.|}
{What do you get|What is it|What do I get|What happens|What's the result} {if|when} {you|I} add $x {and|to} $y{?|}
{If|When} {you|I|we} add $x {and|to} $y, {what do {you|I|we} get|what is it|what is the {sum|total|result}}?
{What is|What's|what number is} $x more than $y{?|}
{What is|What's|what number is} $y increased by $x{?|}
{What number|Which number|What} is $x {more|greater|larger|bigger|higher} than $y?
{Start with|Take|Begin with} $x and add $y. What {do you get|is it|is the result}?
{I have|There is} a number{:|,} $x. {Add $y to it|I add $y}. What {is it|do I get}?
the sum of $x and $y {is what|is|equals}{?|}
$x and $y {together|make what|is what|added together|added up|in total}{?|}
{What is|What's|How much is|how much are} $x and $y{?| together?| altogether?}
{I'm thinking of|Think of|There is} a number. {If I|When I} subtract $x from it{,|} I get $y. What is {my|the} number?
{What|Which} number minus $x {is|equals|gives|makes} $y?
{Put|put} $x and $y together{.|} {What is it?|How many is that?|}
{What|What number} comes $x after $y{?|}
""".strip().split("\n")],
    "-": [_distribute(t) for t in """
{What is|What's|Find|Calculate|Compute|Tell me|how much is|what is} the difference {between|of} $x and $y{?|}
the difference between $x and $y {is what|is|equals}{?|}
{Subtract|Please subtract|Can you subtract|subtract|Could you subtract} $y from $x{.||?}
{Take|take} $y {away from|from|off} $x{.|}
{What is|What's|How much is|whats|What would} $x {take away|less|reduced by|decreased by|subtract|without} $y{?| be?}
$x {take away|subtract|less|minus} $y
{What do you get|What is it|What do I get|What is left|What's left|What remains} {if|when} {you|I} {subtract|take away|take|remove} $y from $x{?|}
{If|When} {you|I|we} {subtract|take away|take} $y from $x, {what do {you|I|we} get|what is it|what is {left|the result}}?
{What is|What's|what number is|Which number is} $y {less|smaller|lower|fewer} than $x{?|}
{Start with|Take|Begin with} $x and {subtract|take away} $y. What {do you get|is it|is left|is the result}?
{What|Which number|What number} {plus|added to|and} $y {is|equals|makes|gives} $x?
{I'm thinking of|Think of|There is} a number. {If I|When I} add $y to it{,|} I get $x. What is {my|the} number?
$y {plus|+|and} what {is|makes|equals|gives} $x?
$y + ? = $x
? + $y = $x
$y + x = $x{, what is x?|, x = ?|. Find x.}
{How much|How many} {do I have to|must I|must you|should I} add to $y to {get|make|reach|have} $x?
{How far is it from|How many steps from|What is the distance from} $y to $x?
how {much|many} {more|bigger|larger|greater} is $x than $y?
{How much|By how much} {less|smaller} is $y than $x?
{What|What number} comes $y before $x{?|}
$x less $y{?|}
$x - ? = $y
{What|Which number} {should|must|do} {I|you} {subtract|take away} from $x to get $y?
""".strip().split("\n")],
    "×": [_distribute(t) for t in """
{What is|What's|Find|Calculate|Compute|Tell me|how much is|what is} the product of $x and $y{?|}
the product of $x and $y {is what|is|equals}{?|}
{Multiply|Please multiply|Can you multiply|multiply|Could you multiply} $x {by|and|with|times} $y{.||?}
{What do you get|What is it|What do I get|What's the result} {if|when} {you|I} multiply $x {by|and|with} $y{?|}
{If|When} {you|I|we} multiply $x {by|and|with} $y, {what do {you|I|we} get|what is {it|the result|the product}}?
{How much|How many} {is|are} $x {groups of|sets of|lots of|times} $y{?|}
{What is|What's} $x {groups of|lots of} $y{?|}
{Take|Start with} $x and multiply {it |}by $y.
$x {multiplied with|multiplied by|times} $y
$y added $x times{?|}
{What|Which} number divided by $x {is|equals|gives} $y?
""".strip().split("\n")],
    "÷": [_distribute(t) for t in """
{Divide|Please divide|Can you divide|divide|Could you divide} $x by $y{.||?}
{What is|What's|Find|Calculate|Tell me} the quotient of $x and $y{?|}
{What do you get|What is it|What do I get|What's the result} {if|when} {you|I} divide $x by $y{?|}
{If|When} {you|I|we} divide $x by $y, {what do {you|I|we} get|what is {it|the result}}?
{How many times does|How often does} $y {go into|fit into|fit in} $x{?|}
{How many} ${y}s {are in|are there in|fit in|go into|make} $x{?|}
{Split|Divide|Share} $x {into|in} $y equal {parts|groups|shares}. {How big is each|How much is each|What is each part}{?|}
{What|Which number} times $y {is|equals|makes|gives} $x?
$y times what {is|equals|makes|gives} $x?
$y × ? = $x
$x {over|divided by} $y
{What is|What's} $x {over|shared by|split by} $y{?|}
""".strip().split("\n")],
}
SYMBOLS = {
    "+": [" + "] * 6 + ["+"] * 4 + [" plus "] * 5 + [" and "],
    "-": [" - "] * 6 + ["-"] * 4 + [" minus "] * 5 + [" take away ", " – ", " − "],
    "×": [" x ", " × ", " * ", "x", "×", "*", " times ", " times ", " times ", " multiplied by ", " multiplied by ", " X "],
    "÷": [" / ", "/", " ÷ ", "÷", " divided by ", " divided by ", " divided by ", ":"],
}


def _pair(op, rng):
    """Operands, with every digit count well represented."""
    r = rng.random()
    if op in "+-":
        if r < 0.15:
            x, y = rng.randint(0, 9), rng.randint(0, 9)
        elif r < 0.45:
            x, y = rng.randint(0, 99), rng.randint(0, 99)
        elif r < 0.6:
            x, y = rng.randint(100, 999), rng.randint(0, 99)
        elif r < 0.9:
            x, y = rng.randint(100, 999), rng.randint(100, 999)
        else:
            x, y = rng.randint(1000, 9999), rng.randint(0, 9999)
        if rng.random() < 0.12:
            x, y = round(x, -1), (round(y, -1) if rng.random() < 0.5 else y)
        if rng.random() < (0.4 if op == "+" else 0.25):
            x, y = y, x
        if op == "-" and x < y and rng.random() < 0.45:
            x, y = y, x
        return x, y
    if op == "×":
        if r < 0.3:
            return rng.randint(0, 12), rng.randint(0, 12)
        if r < 0.7:
            x, y = rng.randint(1, 9), rng.randint(10, 99)
        elif r < 0.78:
            x, y = rng.randint(2, 9), rng.randint(100, 999)
        elif r < 0.83:
            x, y = rng.choice((10, 100, 20, 30, 50, 40)), rng.randint(2, 99)
        else:
            x, y = rng.randint(10, 99), rng.randint(10, 99)
        return (x, y) if rng.random() < 0.5 else (y, x)
    y = rng.choice(list(range(1, 13)) * 4 + [10, 13, 14, 15, 16, 18, 20, 25, 30, 40, 50, 100])
    q = rng.randint(1, 12) if r < 0.45 else rng.randint(2, 99) if r < 0.9 else rng.randint(100, 333)
    return y * q, y


def _solve(op, x, y):
    return pad.step(op, x, y)


def _fill(template, ctx, rng):
    return expand(template.replace("${y}s", "$ys"), ctx, rng)


def binary(rng):
    op = rng.choices("+-×÷", (10, 10, 8, 5))[0]
    x, y = _pair(op, rng)
    spelled = rng.random() < 0.10 and max(x, y) < 1000
    nx, ny = (render_number(n, rng, spelled or (n < 21 and rng.random() < 0.02)) for n in (x, y))
    ctx = {"x": nx, "y": ny, "ys": ny + "s" if not ny[0].isalpha() else ny + "s"}
    think, value = _solve(op, x, y)
    kind = {"+": "sum", "-": "difference", "×": "product", "÷": "quotient"}[op]
    if op == "-" and value < 0:
        kind = "negative difference"
    if rng.random() < 0.62:
        symbols = SYMBOLS[op]
        symbol = rng.choice(symbols)
        if spelled:
            symbol = rng.choice([s for s in symbols if s.strip().isalpha() and len(s.strip()) > 1 or " " in s.strip()] or symbols)
        text = _fill(rng.choice(ASK), {"e": nx + symbol + ny}, rng)
    else:
        phrase = rng.choice(OPERATION_PHRASES[op])
        if op == "-":
            # These only make sense for a difference that is not negative …
            asks_missing = re.search(r"add|plus|\?|and what|more|less is|distance|steps|far|before|get \$y", phrase)
            if value < 0 and asks_missing and "Subtract" not in phrase:
                if re.search(r"difference between", phrase) is None:
                    phrase = rng.choice(OPERATION_PHRASES["-"][2:4])
            # … and "the difference between 58 and 203" is 145, never -145.
            if "difference" in phrase and rng.random() < 0.5 or ("difference" in phrase and value < 0):
                high, low = max(x, y), min(x, y)
                think, value = _solve("-", high, low)
                kind = "difference"
            # "x - ? = y" and "subtract from x to get y": the unknown is x - y as well.
        text = _fill(phrase, ctx, rng)
    return kind, text, think, str(value), value


def remainder(rng):
    """A division that does not come out even."""
    b = rng.randint(2, 12)
    q, r = rng.randint(0, 12) if rng.random() < 0.5 else rng.randint(1, 40), rng.randint(1, b - 1)
    a = q * b + r
    digits, take = str(a), 1
    while take < len(digits) and int(digits[:take]) < b:
        take += 1
    rest, steps = int(digits[:take]), []
    if a < 10 * b:
        take, rest = len(digits), a
    while True:
        d, rem = divmod(rest, b)
        steps.append(f"{rest}÷{b}={d}" + (f" r{rem}" if rem else ""))
        if take == len(digits):
            break
        rest = rem * 10 + int(digits[take])
        take += 1
    think = f"Divide {steps[0]}." if len(steps) == 1 else f"Divide {a}÷{b}: {', '.join(steps)}, so {q} r{r}."
    if rng.random() < 0.7:
        text = _fill(rng.choice(ASK), {"e": f"{a}{rng.choice(SYMBOLS['÷'])}{b}"}, rng)
    else:
        text = _fill(rng.choice(OPERATION_PHRASES["÷"][:5]), {"x": str(a), "y": str(b), "ys": f"{b}s"}, rng)
    pad.check(think.replace(f", so {q} r{r}", ""), None)
    return "remainder", text, think, f"{q} remainder {r}", None


def several(rng):
    """Chains such as 12 + 30 - 5, sums of three or four numbers, precedence and brackets."""
    r = rng.random()
    big = rng.random() < 0.3
    n = lambda: rng.randint(1, 999) if big else rng.randint(1, 99) if rng.random() < 0.6 else rng.randint(1, 20)
    if r < 0.5:
        count = 3 if rng.random() < 0.8 else rng.choice((4, 5))
        xs = [n() for _ in range(count)]
        think, value = pad.chain(xs[0], [("+", x) for x in xs[1:]])
        s = [render_number(x, rng, False) for x in xs]
        if rng.random() < 0.08:
            s = [wording.words(x, rng) if x < 1000 else str(x) for x in xs]
        if rng.random() < 0.55:
            symbol = rng.choice(SYMBOLS["+"][:15])
            return "sum of several", _fill(rng.choice(ASK), {"e": symbol.join(s)}, rng), think, str(value), value
        listed = ", ".join(s[:-1]) + rng.choice((" and ", ", and ", ", ")) + s[-1]
        template = rng.choice([_distribute(t) for t in (
            "{What is|What's|Find|Calculate|Compute|Tell me|} the {sum|total} of $l{?|}", "{Add|Add up|Please add|Sum|Can you add|Total} $l{.|| together.| together}",
            "{What do you get|What is it} {if|when} you add $l{| together}?", "$l: what is the {sum|total}{?|}", "{If you add|Adding} $l, {what do you get|what is it}?",
            "{What is|How much is|How much are} $l {together|in total|altogether|added together|added up}?",
            "{sum|total} of $l")])
        return "sum of several", _fill(template, {"l": listed}, rng), think, str(value), value
    if r < 0.75:
        for _ in range(50):
            xs = [n() for _ in range(3)]
            ops = rng.choice((("+", "-"), ("-", "+"), ("-", "-"), ("-", "-")))
            first = xs[0] + xs[1] if ops[0] == "+" else xs[0] - xs[1]
            if first >= 0:
                break
        else:
            xs, ops = [9, 4, 3], ("-", "-")
        think, value = pad.chain(xs[0], list(zip(ops, xs[1:])))
        if rng.random() < 0.3:
            a, b = (" plus " if o == "+" else " minus " for o in ops)
        else:
            gap = rng.choice(("", " "))
            a, b = (gap + o + gap for o in ops)
        return "chain", _fill(rng.choice(ASK), {"e": f"{xs[0]}{a}{xs[1]}{b}{xs[2]}"}, rng), think, str(value), value
    # Two operations of different rank.
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    c = rng.randint(1, 50)
    times = rng.choice((" × ", " * ", " x ", "*", "×", "x", " times "))
    plus, minus = rng.choice(((" + ", " - "), ("+", "-"), (" plus ", " minus ")))
    form = rng.randrange(7)
    if form == 0:
        e, think, value = f"{a}{times}{b}{plus}{c}", *pad.chain(a, [("×", b), ("+", c)])
    elif form == 1:
        first, product = pad.step("×", a, b)
        second, value = pad.step("+", c, product)
        e, think = f"{c}{plus}{a}{times}{b}", first + " " + second
    elif form == 2:
        c = min(c, a * b)
        e, think, value = f"{a}{times}{b}{minus}{c}", *pad.chain(a, [("×", b), ("-", c)])
    elif form == 3:
        e, think, value = f"({a}{plus if plus != ' plus ' else ' + '}{c}){times}{b}", *pad.chain(a, [("+", c), ("×", b)])
    elif form == 4:
        a, c = max(a, c), min(a, c)
        e, think, value = f"({a}{minus if minus != ' minus ' else ' - '}{c}){times}{b}", *pad.chain(a, [("-", c), ("×", b)])
    elif form == 5:
        first, product = pad.step("×", a, b)
        c += product
        second, value = pad.step("-", c, product)
        e, think = f"{c}{minus}{a}{times}{b}", first + " " + second
    else:
        d = rng.randint(2, 12)
        e, think, value = f"{a}{times}{b}{times}{d}", *pad.chain(a, [("×", b), ("×", d)])
    return "several operations", _fill(rng.choice(ASK), {"e": e}, rng), think, str(value), value


def comparison(rng):
    top = rng.choice((12, 99, 99, 999, 9999))
    count = 2 if rng.random() < 0.8 else rng.choice((3, 4))
    xs = [rng.randint(0, top) for _ in range(count)]
    if count == 2 and rng.random() < 0.25:
        # Swapped digits are the case that people try.
        xs = rng.choice(([31, 13], [78, 87], [45, 54], [21, 12], [19, 91], [203, 230], [109, 190]))[:]
        a = rng.randint(12, 999)
        if rng.random() < 0.7:
            xs = [a, int(str(a)[::-1])]
    while len(set(xs)) < len(xs):
        xs = [rng.randint(0, top + 10) for _ in range(count)]
    rng.shuffle(xs)
    larger = rng.random() < 0.65
    more = rng.choice(("larger", "bigger", "greater", "higher", "more") if larger else ("smaller", "less", "lower", "smaller"))
    most = rng.choice(("largest", "biggest", "greatest", "highest") if larger else ("smallest", "lowest", "least"))
    word_ = rng.choice((more, most) if count == 2 else (most,))
    think, value = pad.compare(xs, larger)
    l = ", ".join(map(str, xs[:-1])) + rng.choice((" or ", " and ") if count == 2 else (" or ", " and ", ", ")) + str(xs[-1])
    orr = ", ".join(map(str, xs[:-1])) + " or " + str(xs[-1])
    m = "maximum" if larger else "minimum"
    template = rng.choice([_distribute(t) for t in (
        "{Which|What|which} is $w{,|:} $orr?", "{Which|What} {number|one|of these} is {the |}$w{,|:} $l?", "{Which|What} number is $w: $orr?",
        "Is $orr $w?", "{Which|What} is the $w number{,|:} $orr?", "$orr, {which|what} is $w{?|}", "{What is|What's|Find|Tell me} the $w {of|number of|out of|one of} $l{?|}",
        "Which {one |number |}is $w between $l?", "what's $w, $orr{?|}", "which is $w $orr", "Is $a $w than $b? Which {one |number |}is $w{ then|}?", "I have $a and $b. Which {one |}is $w?", "Who has $w: the one with $a or the one with $b?", "{What is|Find} the $m of $l{?|}",
        "Of $l, which is {the |}$w?", "{Is it|What's} $w{:|,} $orr?", "Between $l, which {number |one |}is $w?")])
    text = _fill(template, {"w": word_, "l": l, "orr": orr, "m": m, "a": str(xs[0]), "b": ", ".join(map(str, xs[1:]))}, rng)
    if rng.random() < 0.12 and count == 2:
        name1, name2 = wording.a_name(rng)[0], wording.a_name(rng)[0]
        if name1 != name2:
            thing = wording.a_thing(rng)[1]
            text = f"{name1} has {xs[0]} {thing} and {name2} has {xs[1]}. " + rng.choice(
                ("How many does the one with more have?", f"What is the larger number of {thing}?") if larger else
                ("How many does the one with fewer have?", f"What is the smaller number of {thing}?"))
    return "comparison", capitalise(text), think, str(value), value


def shortcut(rng):
    """Double, half, triple, squares, simple percentages."""
    kind = rng.choice(("double", "double", "half", "half", "triple", "quarter", "third", "square", "percent", "next", "dozen"))
    spelled = rng.random() < 0.06
    if kind in ("double", "triple", "square", "next", "dozen"):
        x = _number(rng, 1, 999 if kind in ("double", "next") else 300)
        k = {"double": 2, "triple": 3, "square": 0, "next": 1, "dozen": 12}[kind]
        if kind == "square":
            x = k = rng.randint(1, 30)
        if kind == "dozen":
            x = rng.randint(2, 12)
        s = render_number(x, rng, spelled)
        phrases = {
            "double": "{What is|What's|Calculate|How much is|} {double|twice|two times|the double of} $s{?|}|Double $s{.|}|{What is|} $s doubled{?|}|Double the number $s{.|}|two times $s{?|}|What is $s plus itself?",
            "triple": "{What is|What's|} {triple|three times|the triple of} $s{?|}|Triple $s{.|}|{What is|} $s tripled{?|}",
            "square": "{What is|What's|} $s squared{?|}|{What is|What's|} the square of $s{?|}|square $s{.|}|$s^2|$s²",
            "next": "{What|Which} {number |}comes {right |}after $s{?|}|{What is|} the {next number after|number after} $s{?|}|$s + 1|one more than $s{?|}",
            "dozen": "{How many is|What is|How much is} $s dozen{?|}",
        }[kind]
        think, value = pad.step("+", x, 1) if kind == "next" else pad.step("×", x, k)
    else:
        k = {"half": 2, "quarter": 4, "third": 3, "percent": rng.choice((50, 10, 25, 20))}[kind]
        percent = k
        k = 100 // k if kind == "percent" else k
        x = k * rng.randint(1, 12 if rng.random() < 0.4 else 100)
        s = render_number(x, rng, spelled)
        phrases = {
            "half": "{What is|What's|How much is|Calculate|} {half|half of|one half of|a half of} $s{?|}|Half of $s{.|?|}|{What is|} the half of $s{?|}|Halve $s{.|}|What is $s {halved|cut in half|divided in half}?",
            "quarter": "{What is|What's|} {a quarter of|one quarter of|one fourth of|a fourth of} $s{?|}",
            "third": "{What is|What's|} {a third of|one third of} $s{?|}",
            "percent": f"{{What is|What's|How much is|Calculate|}} {percent}{{%| percent}} of $s{{?|}}",
        }[kind]
        think, value = pad.step("÷", x, k)
    # Alternatives are separated at the top level, so the whole line is one choice.
    text = _fill(phrases, {"s": s}, rng).strip()
    return "half and double", text, think, str(value), value


def negative_operands(rng):
    a, b = rng.randint(-60, 60), rng.randint(-60, 60)
    if a >= 0 and b >= 0:
        a = -a - 1
    op = rng.choice("+-")
    think, value = pad.signed(a, op, b)
    right = f"({b})" if b < 0 and rng.random() < 0.5 else str(b)
    gap = rng.choice((" ", " ", "")) if right[0] != "-" else " "
    if rng.random() < 0.25:
        say = lambda n: f"{rng.choice(('minus', 'negative'))} {abs(n)}" if n < 0 else str(n)
        e = say(a) + (" plus " if op == "+" else " minus ") + say(b)
    else:
        e = f"{a}{gap}{op}{gap}{right}"
    return "negative operands", _fill(rng.choice(ASK), {"e": e}, rng), think, str(value), value


# --- Small talk and questions out of reach -------------------------------------------------------
HELLO = "Hello! I am a small arithmetic model. Ask me for a sum, a difference or a short word problem."
ABOUT = "I am a small arithmetic model that runs in your browser. I add, subtract, multiply and divide whole numbers."
THANKS = "You are welcome! Ask me another arithmetic question."
BYE = "Goodbye! Come back when you need some arithmetic."
REFUSE = "I only do arithmetic with whole numbers. Try something like a sum or a short word problem."
TALK = [
    ("They say hello.", HELLO, """{hi|hello|hey|Hi|Hello|Hey|Hi there|hello there|hey there|Good morning|good evening|Good afternoon|good day|howdy|yo|greetings|hiya|Hallo|hola|bonjour|sup|what's up|whats up}{!||.| :)| bot!| model!| there!|, how are you?|! How are you?|, how are you doing?|!!}
{how are you|how are you doing|How are you today|how is it going|how do you do|are you ok|you there|are you there|anyone there|test|testing}{?||!}
{nice|good|great} to {meet|see} you{!||.}"""),
    ("They ask who I am.", ABOUT, """{who|what} are you{?|| exactly?| and what can you do?}
{what can you do|what do you do|what do you know|how do you work|what are you good at|what can I ask you|what can i ask|what kind of questions can you answer|what are you able to do|how can you help me|help|help me|what is this|what's this|what model are you|which model is this|what is your name|what's your name|do you have a name|your name|tell me about yourself|introduce yourself|are you an AI|are you a robot|are you human|are you ChatGPT|who made you|who created you|how big are you|can you help me|can you do math|do you know math|can you calculate|what is your purpose|how smart are you|are you smart|are you real}{?||!| please| please?}"""),
    ("They thank me.", THANKS, """{thanks|thank you|Thanks|Thank you|thx|ty|thanks a lot|thank you very much|thank you so much|many thanks|great, thanks|ok thanks|cool, thanks|perfect, thank you|awesome|great|good job|well done|nice|cool|perfect|wow|amazing|correct|that is right|that's right|very good|good bot|ok|okay|nice work|you are great|brilliant|excellent}{!||.|!!}"""),
    ("They say goodbye.", BYE, """{bye|goodbye|see you|see you later|good night|bye bye|Goodbye|Bye|see ya|farewell|I have to go|that is all|that's all|take care}{!||.}"""),
    ("This is not arithmetic.", REFUSE, """{what|What} is the {capital|population|language|president|flag|currency|king|queen|history|size|climate|anthem} of {France|Spain|Germany|Italy|Japan|China|India|Brazil|Canada|Mexico|Egypt|Peru|the USA|England|Russia|Australia|Kenya|Norway|Poland|$i}{?|}
{who|Who} {is|was} {the president|the king|the queen|Einstein|Shakespeare|Napoleon|the prime minister|Mozart|Newton|Picasso|Madonna|the author|Santa Claus|your father|$i|$M} {of France|of the USA|of England|||}{?|}
{who|Who} {wrote|invented|discovered|painted|built|won|composed|made|directed} {the telephone|Hamlet|America|the Mona Lisa|the light bulb|the world cup|Harry Potter|the pyramids|the Titanic|the internet|$i|this song|it}{?|}
{write|Write|compose|give me|tell me|make} {me |}{a|an|the|another} {poem|story|song|joke|essay|letter|email|recipe|haiku|riddle|summary|list of {animals|cities|colors}|python program|function|web page|fairy tale|tweet|fact}{ about {love|cats|the sea|winter|school|dogs|$i|$U}||| please|.}
{what|What} is {the weather|the time|love|life|the meaning of life|photosynthesis|gravity|a cat|an atom|the internet|machine learning|a transformer|WebGPU|water made of|your favorite color|the speed of light|a noun|music|the news|a black hole|democracy|DNA|happiness|$i|the best movie|today's date}{ like| today||||}{?|}
{how|How} do {I|you|we} {cook rice|bake a cake|make tea|fix a car|learn French|lose weight|get rich|tie a tie|make friends|fly|play chess|write code|plant a tree|clean a window|sleep better|feel better|open a file|speak Spanish|draw a cat}{?|}
{why|Why} {is the sky blue|do birds fly|is the sea salty|do we sleep|do cats purr|is grass green|are you here|do people dream|does it rain|is ice cold|do leaves fall|do I exist|are bananas yellow}{?|}
{where|Where} {is|was|are} {Paris|Rome|the Nile|my phone|Mount Everest|the moon|the bathroom|the pyramids|Tokyo|New York|my keys|the Alps|$i|Berlin}{?|}
{when|When} {was|is|did} {Rome built|World War II|Christmas|Easter|the moon landing|Columbus sail|your birthday|the next eclipse|the war end|dinner|the party|the Berlin Wall fall}{?|}
{translate|Translate} {hello|good morning|cat|this|the word $u|I love you|thank you|this sentence} {to|into} {French|German|Spanish|Japanese|Italian|Chinese|Latin}{.|| please}
{do you like|do you have|do you know|can you see|can you sing|have you seen|do you want|can you eat|do you speak|tell me about|explain|describe|define|what do you think about|talk about|let's talk about} {music|cats|dogs|the sea|French|Paris|pizza|football|me|poetry|colors|history|physics|democracy|movies|gravity|the moon|$U|$i|$M}{?||.}
{recommend|suggest} {me |}{a|some} {book|movie|song|restaurant|game|hobby}{ please||.}
{I am|I'm|i feel} {sad|happy|bored|tired|hungry|lonely|sick|excited|angry}{.||!}
{i love you|i hate you|sing a song|tell me a secret|play a game|play music|set an alarm|call my mom|order a pizza|open the door|are you alive|do you dream|can you dance|is god real|is the earth flat|what color is the sky|what color is grass|what sound does a cow make|spell banana|how do you spell $u|what rhymes with cat|is it raining|am I pretty|what should I eat|which is better, cats or dogs|what day is it|what time is it|$i $i $i|lorem ipsum|asdf|qwerty|blah blah|$i}{?||.|!}
{what is|calculate|what's|solve|compute} {the square root of $n|the sine of $n|sin($n)|log($n)|the integral of x squared|the derivative of x|pi|the value of pi|$n to the power of $n|$n^$n|$n!|the factorial of $n|x^2 + $n = 0|1/$n + 1/$n|0.$n + 0.$n|$n.5 + $n.25|$n modulo $n|is $n prime|the prime factors of $n|$n divided by 0|$n / 0|the cube root of $n}{?|}
is $n {a prime number|prime|even|odd|divisible by 3}{?|}"""),
]
TALK = [(think, answer, [line for line in text.split("\n")]) for think, answer, text in TALK]


def talk(rng):
    think, answer, lines = rng.choices(TALK, (3, 3, 2, 1, 9))[0]
    ctx = {"i": wording.invented(rng), "u": wording.a_thing(rng)[0], "U": wording.a_thing(rng)[1],
           "M": wording.a_name(rng)[0], "n": str(rng.randint(2, 99))}
    text = expand(rng.choice(lines), ctx, rng)
    text = re.sub(r" +([?.,!])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    if rng.random() < 0.5:
        text = capitalise(text)
    return "talk", text, think, answer, None


# --- Surface noise -------------------------------------------------------------------------------
PREFIX = ["Please answer: ", "Question: ", "Q: ", "Solve this: ", "Hey, ", "Hi! ", "Hello, ", "Can you help me? ",
          "Help me with this: ", "Here is a problem: ", "Word problem: ", "Ok, ", "Math problem: ", "Quick one: ",
          "I have a question. ", "Please help. ", "Try this one: ", "Now this: ", "Next: ", "And ", "So, "]
SUFFIX = [" Thanks!", " Please.", " Think step by step.", " Show your work.", " please", " Thank you.", " Explain.",
          " Give only the number.", " Answer with a number.", " Let's think.", " What's the answer?"]


def _typo(text, rng):
    spots = [m.start() for m in re.finditer(r"[a-z]{4,}", text)]
    if not spots:
        return text
    i = rng.choice(spots) + rng.randint(0, 2)
    r = rng.random()
    if r < 0.5:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + text[i + 1 :] if r < 0.8 else text[:i] + text[i] + text[i:]


def noisy(text, kind, rng):
    word_like = ":" in kind or kind == "half and double"
    if kind != "talk":
        if rng.random() < 0.05:
            prefix = rng.choice(PREFIX)
            text = prefix + (text if prefix[-2] in ".!?:" or not text[:1].isupper() or not word_like
                             or rng.random() < 0.5 else text)
        if rng.random() < 0.04 and not text.endswith(("=", "+")):
            text += ("" if text[-1] in ".?!" else rng.choice(("?", "."))) + rng.choice(SUFFIX)
    r = rng.random()
    if r < 0.14:
        text = text.lower()
    elif r < 0.155:
        text = text.upper()
    if rng.random() < 0.10 and text.endswith(("?", ".")):
        text = text[:-1]
    if rng.random() < 0.03:
        text = text.replace(". ", ", ", 1)
    if rng.random() < 0.03 and kind != "talk":
        text = _typo(text, rng)
    if rng.random() < 0.02 and " " in text:
        i = rng.choice([m.start() for m in re.finditer(" ", text)])
        text = text[:i] + " " + text[i:]
    if rng.random() < 0.02:
        text = text.replace(". ", ".\n")
    return text


MAKERS = [(word_problem, 62), (binary, 22), (several, 7), (comparison, 4), (shortcut, 4), (negative_operands, 1), (remainder, 1), (talk, 3)]
_MAKERS, _MAKER_WEIGHTS = zip(*MAKERS)


def make(rng):
    while True:
        kind, text, think, answer, value = rng.choices(_MAKERS, _MAKER_WEIGHTS)[0](rng)
        if len(text) > 400 or not text.strip():
            continue
        if value is not None:
            pad.check(think, value)
            if abs(value) > 99_999:
                continue
            shown = re.findall(r"-?\d+", answer)
            assert shown == [str(value)], (answer, value)
        return Problem(kind, noisy(text, kind, rng), think, answer, value)
