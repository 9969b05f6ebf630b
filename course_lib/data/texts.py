"""Texts to learn letter by letter: the files that COURSE_DATA names, and a small bundled text where there are none."""

from __future__ import annotations

import os
from pathlib import Path

FILES = {"names": "names.txt", "shakespeare": "tinyshakespeare.txt"}

SONNETS = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade,
Nor lose possession of that fair thou ow'st;
Nor shall death brag thou wander'st in his shade,
When in eternal lines to time thou grow'st:
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.

When, in disgrace with fortune and men's eyes,
I all alone beweep my outcast state,
And trouble deaf heaven with my bootless cries,
And look upon myself and curse my fate,
Wishing me like to one more rich in hope,
Featur'd like him, like him with friends possess'd,
Desiring this man's art and that man's scope,
With what I most enjoy contented least;
Yet in these thoughts myself almost despising,
Haply I think on thee, and then my state,
Like to the lark at break of day arising
From sullen earth, sings hymns at heaven's gate;
For thy sweet love remember'd such wealth brings
That then I scorn to change my state with kings.

When to the sessions of sweet silent thought
I summon up remembrance of things past,
I sigh the lack of many a thing I sought,
And with old woes new wail my dear time's waste:
Then can I drown an eye, unus'd to flow,
For precious friends hid in death's dateless night,
And weep afresh love's long since cancell'd woe,
And moan the expense of many a vanish'd sight:
Then can I grieve at grievances foregone,
And heavily from woe to woe tell o'er
The sad account of fore-bemoaned moan,
Which I new pay as if not paid before.
But if the while I think on thee, dear friend,
All losses are restor'd and sorrows end.

Like as the waves make towards the pebbled shore,
So do our minutes hasten to their end;
Each changing place with that which goes before,
In sequent toil all forwards do contend.
Nativity, once in the main of light,
Crawls to maturity, wherewith being crown'd,
Crooked eclipses 'gainst his glory fight,
And Time that gave doth now his gift confound.
Time doth transfix the flourish set on youth
And delves the parallels in beauty's brow,
Feeds on the rarities of nature's truth,
And nothing stands but for his scythe to mow:
And yet to times in hope my verse shall stand,
Praising thy worth, despite his cruel hand.

That time of year thou mayst in me behold
When yellow leaves, or none, or few, do hang
Upon those boughs which shake against the cold,
Bare ruin'd choirs, where late the sweet birds sang.
In me thou see'st the twilight of such day
As after sunset fadeth in the west,
Which by and by black night doth take away,
Death's second self, that seals up all in rest.
In me thou see'st the glowing of such fire
That on the ashes of his youth doth lie,
As the death-bed whereon it must expire,
Consumed with that which it was nourish'd by.
This thou perceiv'st, which makes thy love more strong,
To love that well which thou must leave ere long.

Let me not to the marriage of true minds
Admit impediments. Love is not love
Which alters when it alteration finds,
Or bends with the remover to remove:
O no! it is an ever-fixed mark
That looks on tempests and is never shaken;
It is the star to every wandering bark,
Whose worth's unknown, although his height be taken.
Love's not Time's fool, though rosy lips and cheeks
Within his bending sickle's compass come;
Love alters not with his brief hours and weeks,
But bears it out even to the edge of doom.
If this be error and upon me proved,
I never writ, nor no man ever loved.

My mistress' eyes are nothing like the sun;
Coral is far more red than her lips' red;
If snow be white, why then her breasts are dun;
If hairs be wires, black wires grow on her head.
I have seen roses damask'd, red and white,
But no such roses see I in her cheeks;
And in some perfumes is there more delight
Than in the breath that from my mistress reeks.
I love to hear her speak, yet well I know
That music hath a far more pleasing sound;
I grant I never saw a goddess go;
My mistress, when she walks, treads on the ground:
And yet, by heaven, I think my love as rare
As any she belied with false compare.
"""  # William Shakespeare, sonnets 18, 29, 30, 60, 73, 116, 130 (1609)

NAMES = """\
ada adam adrian agnes alan albert alice alma amanda amelia amos amy andrea andrew angela anna anthony arthur astrid
barbara basil beatrice benjamin bernard bertha bianca boris brenda brian bridget bruno camilla carl carla caroline
catherine cecilia charles charlotte christian christine clara claire claudia clemens conrad constance cora cornelia
daniel daphne david deborah denise diana dominic donald dora doris dorothy douglas edgar edith edmund edward edwin
eleanor elias elisa elizabeth ella ellen elsa emil emily emma eric erica ernest esther ethel eugene eva evelyn felix
ferdinand fiona flora florence frances francis frank frederick frida gabriel gemma george gerald gerda gertrude
gilbert gloria grace gregory greta gustav hannah harold harriet harry hector heidi helen helena henry herbert hilda
howard hubert hugo ida ingrid irene iris isaac isabel ivan ivy jacob james jane janet jasmine jean jeremy jessica joan
joel johanna john jonathan joseph josephine joshua judith julia julian juliet justin karen karl kate katherine kevin
klara lara laura laurence leah lena leo leonard leonora lewis lilian lily linda lionel lisa louis louise lucas lucia
lucy lydia mabel magda marcus margaret maria marian marie marina marion mark martha martin mary matilda matthew maud
maurice max maximilian melanie michael mildred miranda miriam monica moritz nadia nancy naomi nathan nicholas nicole
nina noah nora norman olga oliver olivia oscar oswald otto pamela patricia patrick paul paula pauline peter philip
phoebe quentin rachel ralph raymond rebecca regina reginald richard rita robert robin roger roland rosa rosalind rose
rosemary rudolf rupert ruth samuel sandra sara sebastian selma sibyl sidney simon sofia sonia sophie stella stephen
susan sylvia tamara teresa theodor theresa thomas timothy tobias ursula valentin valerie vanessa vera veronica victor
victoria vincent viola violet virginia vivian walter wanda wilfred wilhelm william winifred xavier yvonne zoe
"""


def load(name: str) -> tuple[str, str]:
    """(text, where it came from) of "names", one a line, or of "shakespeare".

    Looked for in the folder `text` of COURSE_DATA; else a few names, or a few sonnets, that the library brings along.
    Raises ValueError for another name.
    """
    if name not in FILES:
        raise ValueError(f"texts.load: name must be one of {', '.join(FILES)}, got {name!r}")
    root = os.environ.get("COURSE_DATA")
    path = Path(root) / "text" / FILES[name] if root else None
    if path and path.is_file():
        return path.read_text(encoding="utf-8"), FILES[name]
    if name == "names":
        return "\n".join(NAMES.split()) + "\n", f"{len(NAMES.split())} bundled names"
    return SONNETS, "seven bundled sonnets"
